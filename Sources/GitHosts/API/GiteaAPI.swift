package import Model

/// Gitea and Forgejo: the server's own /swagger.v1.json.
package enum GiteaAPI: HostAPI {
    package static let summaryLimit = 255

    package static func headers(_ credential: HostCredential) -> [(name: String, value: String)] {
        let authorization =
            switch credential {
            case .token(let token): token.withValue { "token \($0)" }
            case .password(let user, let password): basic(user, password)
            }
        return [("Accept", "application/json"), ("Authorization", authorization)]
    }

    package static func call(
        for status: CommitStatus, mark: String?, in repository: HostRepository
    ) -> HostCall {
        let state =
            switch status.state {
            case .pending, .running: "pending"
            case .success: "success"
            case .failure: "failure"
            case .cancelled: "error"
            }
        return HostCall(
            "POST", "/repos/\(repository.pathName)/statuses/\(status.commit)",
            body: .object([
                "state": .text(state), "context": .text(status.context), "description": .text(summary(of: status)),
                "target_url": status.url.map { .text($0) },
            ]), purpose: "set the status of a commit", permission: "repository: read and write")
    }

    package static func pullRequests(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/pulls",
            query: [("state", "open"), ("limit", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list pull requests", permission: "repository: read")
    }

    package static func pullRequest(_ number: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/pulls/\(number)", purpose: "read a pull request",
            permission: "repository: read")
    }

    package static func pullRequest(_ value: JSONValue) -> PullRequest? {
        PullRequestPayload.pullRequest(value)
    }

    /// The whole list comes at once: this listing has no pages.
    package static func comments(on number: Int, page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/issues/\(number)/comments", purpose: "list comments",
            permission: "issue: read and write")
    }

    package static func comment(_ value: JSONValue) -> HostComment? { PullRequestPayload.hostComment(value) }

    package static func write(
        _ text: String, on number: Int, comment id: Int?, in repository: HostRepository
    ) -> HostCall {
        let path = "/repos/\(repository.pathName)/issues/" + (id.map { "comments/\($0)" } ?? "\(number)/comments")
        return HostCall(
            id == nil ? "POST" : "PATCH", path, body: .object(["body": .text(text)]), purpose: "write a comment",
            permission: "issue: read and write")
    }
}
