package import Model

/// docs.github.com/rest: "List issue comments", "Get repository permissions for a user".
extension GitHubAPI: HostCommentAPI {
    package static func version(of pullRequest: JSONValue) -> String? { pullRequest["updated_at"]?.string }

    package static func lastPush(to pullRequest: JSONValue) -> Timestamp? {
        pullRequest["head"]?["repo"]?["pushed_at"]?.string.flatMap(HostMoment.timestamp)
    }

    package static func comments(
        on number: Int, since: Timestamp?, page: Int, in repository: HostRepository
    ) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/issues/\(number)/comments",
            query: (since.map { [("since", HostMoment.text($0))] } ?? [])
                + [("per_page", "\(pageSize)"), ("page", "\(page)")],
            purpose: "read comments", permission: "pull requests: read")
    }

    package static func spoken(_ value: JSONValue) -> SpokenComment? { PullRequestPayload.spoken(value) }

    package static func permission(of author: SpokenComment.Author, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/collaborators/\(HostCall.encoded(author.id))/permission",
            purpose: "look up who may write", permission: "metadata: read")
    }

    /// `maintain` is told as `write`, `triage` as `read`.
    package static func mayWrite(_ answer: JSONValue) -> Bool {
        ["admin", "write"].contains(answer["permission"]?.string)
    }
}
