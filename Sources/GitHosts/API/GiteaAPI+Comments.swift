package import Model

/// The server's own /swagger.v1.json: issueGetComments, repoGetRepoPermissions.
extension GiteaAPI: HostCommentAPI {
    package static func version(of pullRequest: JSONValue) -> String? { pullRequest["updated_at"]?.string }

    /// The whole list comes at once: this listing has no pages.
    package static func comments(
        on number: Int, since: Timestamp?, page: Int, in repository: HostRepository
    ) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/issues/\(number)/comments",
            query: since.map { [("since", HostMoment.text($0))] } ?? [], purpose: "read comments",
            permission: "issue: read")
    }

    package static func spoken(_ value: JSONValue) -> SpokenComment? { PullRequestPayload.spoken(value) }

    package static func permission(of author: SpokenComment.Author, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/collaborators/\(HostCall.encoded(author.id))/permission",
            purpose: "look up who may write", permission: "repository: read, by an administrator of it")
    }

    package static func mayWrite(_ answer: JSONValue) -> Bool {
        ["owner", "admin", "write"].contains(answer["permission"]?.string)
    }
}
