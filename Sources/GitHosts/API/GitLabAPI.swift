package import Model

/// GitLab: docs.gitlab.com/api, version 4.
package enum GitLabAPI: HostAPI {
    package static let summaryLimit = 255

    package static func headers(_ credential: HostCredential) -> [(name: String, value: String)] {
        let token =
            switch credential {
            case .token(let token), .password(_, let token): token.withValue { $0 }
            }
        return [("Accept", "application/json"), ("PRIVATE-TOKEN", token)]
    }

    /// From pending straight to an end has been refused, so a run comes in between: runatlantis/atlantis#1971.
    package static func states(to state: CommitStatus.State, before: CommitStatus.State?) -> [CommitStatus.State] {
        switch state {
        case .success, .failure: before == .running ? [state] : [.running, state]
        case .pending, .running, .cancelled: [state]
        }
    }

    package static func call(
        for status: CommitStatus, mark: String?, in repository: HostRepository
    ) -> HostCall {
        HostCall(
            "POST", "/projects/\(repository.encodedName)/statuses/\(status.commit)",
            body: .object([
                "state": .text(word(status.state)), "name": .text(status.context),
                "description": .text(summary(of: status)), "target_url": status.url.map { .text($0) },
                // Without it the statuses of one commit spread over pipelines.
                "pipeline_id": mark.flatMap { Int($0) }.map { .number($0) },
            ]), purpose: "set the status of a commit", permission: "scope api, role Developer")
    }

    private static func word(_ state: CommitStatus.State) -> String {
        switch state {
        case .pending: "pending"
        case .running: "running"
        case .success: "success"
        case .failure: "failed"
        case .cancelled: "canceled"
        }
    }

    /// Without the pipeline of an earlier one the statuses of a commit spread over pipelines.
    package static func statuses(like status: CommitStatus, in repository: HostRepository) -> HostCall? {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/repository/commits/\(status.commit)/statuses",
            query: [("name", status.context)], purpose: "read the statuses of a commit",
            permission: "scope read_api, role Reporter")
    }

    package static func status(in answer: JSONValue, like status: CommitStatus) -> ToldStatus? {
        guard answer.isArray else { return nil }
        let found = answer.elements.filter { $0["name"]?.string == status.context }
        guard let newest = found.max(by: { $0["id"]?.integer ?? 0 < $1["id"]?.integer ?? 0 }) else { return nil }
        var told = status
        switch newest["status"]?.string {
        case "pending"?: told.state = .pending
        case "running"?: told.state = .running
        case "success"?: told.state = .success
        case "failed"?: told.state = .failure
        case "canceled"?: told.state = .cancelled
        default: return nil
        }
        return ToldStatus(status: told, mark: mark(in: newest))
    }

    package static func mark(in answer: JSONValue) -> String? { answer["pipeline_id"]?.integer.map { "\($0)" } }

    /// The same state again is refused: jenkinsci/gitlab-plugin#885.
    package static func isMet(_ call: HostCall, status: Int, message: String) -> Bool {
        status == 400 && message.contains("Cannot transition status")
    }

    package static func pullRequests(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/merge_requests",
            query: [("state", "opened"), ("per_page", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list merge requests", permission: "scope read_api, role Reporter")
    }

    package static func pullRequest(_ number: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/merge_requests/\(number)", purpose: "read a merge request",
            permission: "scope read_api, role Reporter")
    }

    package static func pullRequest(_ value: JSONValue) -> PullRequest? {
        guard let number = value["iid"]?.integer, let head = value["source_branch"]?.string,
            let base = value["target_branch"]?.string
        else { return nil }
        let (source, target) = (value["source_project_id"]?.integer, value["target_project_id"]?.integer)
        return PullRequest(
            number: number, title: value["title"]?.string ?? "", author: value["author"]?["username"]?.string ?? "",
            head: .branch(head), commit: value.objectID("sha"), base: .branch(base),
            isFork: source == nil || source != target,
            isDraft: value["draft"]?.bool ?? value["work_in_progress"]?.bool ?? false,
            labels: value["labels"]?.elements.compactMap(\.string) ?? [], isOpen: value["state"]?.string == "opened")
    }

    package static func comments(on number: Int, page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/merge_requests/\(number)/notes",
            query: [("per_page", "\(pageSize)"), ("page", "\(page)"), ("sort", "asc")], purpose: "list notes",
            permission: "scope api, role Reporter")
    }

    package static func comment(_ value: JSONValue) -> HostComment? {
        guard let id = value["id"]?.integer, value["system"]?.bool != true else { return nil }
        return HostComment(id: id, text: value["body"]?.string ?? "")
    }

    package static func write(
        _ text: String, on number: Int, comment id: Int?, in repository: HostRepository
    ) -> HostCall {
        let path = "/projects/\(repository.encodedName)/merge_requests/\(number)/notes" + (id.map { "/\($0)" } ?? "")
        return HostCall(
            id == nil ? "POST" : "PUT", path, body: .object(["body": .text(text)]), purpose: "write a note",
            permission: "scope api, role Reporter")
    }
}
