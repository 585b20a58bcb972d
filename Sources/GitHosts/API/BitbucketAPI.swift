import Crypto
package import Model

/// Bitbucket Cloud: developer.atlassian.com/cloud/bitbucket/rest, version 2.0.
package enum BitbucketAPI: HostAPI {
    package static let summaryLimit = 255
    /// How long the key of a build status may be.
    private static let keyLimit = 40

    package static func headers(_ credential: HostCredential) -> [(name: String, value: String)] {
        let authorization =
            switch credential {
            case .token(let token): token.withValue { "Bearer \($0)" }
            case .password(let user, let password): basic(user, password)
            }
        return [("Accept", "application/json"), ("Authorization", authorization)]
    }

    package static func call(
        for status: CommitStatus, mark: String?, in repository: HostRepository
    ) -> HostCall {
        let state =
            switch status.state {
            case .pending, .running: "INPROGRESS"
            case .success: "SUCCESSFUL"
            case .failure: "FAILED"
            case .cancelled: "STOPPED"
            }
        return HostCall(
            "POST", "/repositories/\(repository.pathName)/commit/\(status.commit)/statuses/build",
            body: .object([
                "key": .text(key(of: status.context)), "state": .text(state), "name": .text(status.context),
                "description": .text(summary(of: status)),
                // A status without an address is refused.
                "url": .text(status.url ?? "https://bitbucket.org/\(repository.fullName)"),
            ]), purpose: "set the build status of a commit", permission: "repository: read")
    }

    /// The context where it is short enough, else a digest: the same key replaces what was said before.
    static func key(of context: String) -> String {
        guard context.utf8.count >= keyLimit else { return context }
        return "slipway-" + SHA256.hex(of: Array(context.utf8)).prefix(24)
    }

    package static func page(_ answer: JSONValue) -> [JSONValue]? {
        guard let values = answer["values"], values.isArray else { return nil }
        return values.elements
    }

    package static func pullRequests(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repositories/\(repository.pathName)/pullrequests",
            query: [("state", "OPEN"), ("pagelen", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list pull requests", permission: "pull requests: read")
    }

    package static func pullRequest(_ number: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repositories/\(repository.pathName)/pullrequests/\(number)", purpose: "read a pull request",
            permission: "pull requests: read")
    }

    package static func pullRequest(_ value: JSONValue) -> PullRequest? {
        guard let number = value["id"]?.integer, let head = value["source"]?["branch"]?["name"]?.string,
            let base = value["destination"]?["branch"]?["name"]?.string
        else { return nil }
        let source = value["source"]?["repository"]?["full_name"]?.string
        let target = value["destination"]?["repository"]?["full_name"]?.string
        return PullRequest(
            number: number, title: value["title"]?.string ?? "",
            author: value["author"]?["nickname"]?.string ?? value["author"]?["display_name"]?.string ?? "",
            head: .branch(head), commit: value["source"]?["commit"]?.objectID("hash"), base: .branch(base),
            isFork: source == nil || source != target, isDraft: value["draft"]?.bool ?? false, labels: [],
            isOpen: value["state"]?.string == "OPEN")
    }

    package static func comments(on number: Int, page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repositories/\(repository.pathName)/pullrequests/\(number)/comments",
            query: [("pagelen", "\(pageSize)"), ("page", "\(page)")], purpose: "list comments",
            permission: "pull requests: read and write")
    }

    package static func comment(_ value: JSONValue) -> HostComment? {
        guard let id = value["id"]?.integer, value["deleted"]?.bool != true else { return nil }
        return HostComment(id: id, text: value["content"]?["raw"]?.string ?? "")
    }

    package static func write(
        _ text: String, on number: Int, comment id: Int?, in repository: HostRepository
    ) -> HostCall {
        let path =
            "/repositories/\(repository.pathName)/pullrequests/\(number)/comments" + (id.map { "/\($0)" } ?? "")
        return HostCall(
            id == nil ? "POST" : "PUT", path, body: .object(["content": .object(["raw": .text(text)])]),
            purpose: "write a comment", permission: "pull requests: read and write")
    }
}
