package import Model

/// GitHub: docs.github.com/rest, version 2022-11-28.
package enum GitHubAPI: HostAPI {
    package static let summaryLimit = 140

    package static func headers(_ credential: HostCredential) -> [(name: String, value: String)] {
        let authorization =
            switch credential {
            case .token(let token): token.withValue { "Bearer \($0)" }
            // A user name beside a token is for Git alone; the API takes the token.
            case .password(_, let password): password.withValue { "Bearer \($0)" }
            }
        return [
            ("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28"),
            ("Authorization", authorization),
        ]
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
            ]), purpose: "set the status of a commit", permission: "commit statuses: read and write")
    }

    package static func pullRequests(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/pulls",
            query: [("state", "open"), ("per_page", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list pull requests", permission: "pull requests: read")
    }

    package static func pullRequest(_ number: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/pulls/\(number)", purpose: "read a pull request",
            permission: "pull requests: read")
    }

    package static func pullRequest(_ value: JSONValue) -> PullRequest? {
        PullRequestPayload.pullRequest(value)
    }

    package static func comments(on number: Int, page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/issues/\(number)/comments",
            query: [("per_page", "\(pageSize)"), ("page", "\(page)")], purpose: "list comments",
            permission: "pull requests: read and write")
    }

    package static func comment(_ value: JSONValue) -> HostComment? { PullRequestPayload.hostComment(value) }

    package static func write(
        _ text: String, on number: Int, comment id: Int?, in repository: HostRepository
    ) -> HostCall {
        let path = "/repos/\(repository.pathName)/issues/" + (id.map { "comments/\($0)" } ?? "\(number)/comments")
        return HostCall(
            id == nil ? "POST" : "PATCH", path, body: .object(["body": .text(text)]), purpose: "write a comment",
            permission: "pull requests: read and write")
    }
}
