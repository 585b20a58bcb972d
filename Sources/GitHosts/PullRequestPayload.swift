import Model

/// The payloads that GitHub made and Gitea and Forgejo follow: pull requests, comments, releases, repositories.
enum PullRequestPayload {
    /// The event of a pull request; nil for what is of no interest.
    ///
    /// - Parameter headChangedBy: the actions that mean new commits.
    static func event(_ payload: JSONValue, headChangedBy: Set<String>) -> HostEvent? {
        guard let action = payload["action"]?.string, let request = payload["pull_request"] else { return nil }
        let isMerged = request["merged"]?.bool ?? false
        var event: HostEvent
        switch action {
        case "opened": event = HostEvent(.opened)
        case "reopened": event = HostEvent(.reopened)
        case "closed": event = HostEvent(isMerged ? .merged : .closed)
        case "labeled", "unlabeled", "label_updated", "label_cleared", "converted_to_draft", "ready_for_review":
            event = HostEvent(.updated)
        case "edited":
            // A new target; a new title or text changes nothing for us.
            guard payload["changes"]?["base"] != nil || payload["changes"]?["ref"] != nil else { return nil }
            event = HostEvent(.updated)
        default:
            guard headChangedBy.contains(action) else { return nil }
            event = HostEvent(.updated)
        }
        if event.kind == .updated { event.isHeadChanged = headChangedBy.contains(action) }
        event.number = request["number"]?.integer ?? payload["number"]?.integer
        event.headRef = request["head"]?["ref"]?.string
        event.headCommit = request["head"]?["sha"]?.string
        event.headRepository = request["head"]?["repo"]?["full_name"]?.string
        event.baseRef = request["base"]?["ref"]?.string
        event.baseCommit = request["base"]?["sha"]?.string
        let base = request["base"]?["repo"]?["full_name"]?.string ?? payload["repository"]?["full_name"]?.string
        event.isFork = isFork(
            head: request["head"]?["repo"]?["id"]?.integer, base: request["base"]?["repo"]?["id"]?.integer,
            headName: event.headRepository, baseName: base)
        event.isDraft = request["draft"]?.bool
        event.labels = request["labels"]?.elements.compactMap { $0["name"]?.string } ?? []
        if event.kind == .merged { event.mergeCommit = request["merge_commit_sha"]?.string }
        return event
    }

    /// Whether two repositories differ, by id where both are told, else by name; nil when it cannot be told.
    private static func isFork(head: Int?, base: Int?, headName: String?, baseName: String?) -> Bool? {
        if let head, let base { return head != base }
        if let headName, let baseName { return headName != baseName }
        return nil
    }

    /// The event of a new comment on a pull request.
    static func comment(_ payload: JSONValue) -> HostEvent? {
        guard payload["action"]?.string == "created", let issue = payload["issue"],
            issue["pull_request"] != nil || payload["is_pull"]?.bool == true,
            let body = payload["comment"]?["body"]?.string
        else { return nil }
        var event = HostEvent(.comment)
        event.number = issue["number"]?.integer
        let author = payload["comment"]?["user"]
        event.comment = .init(body: body, author: author?["login"]?.string ?? author?["username"]?.string ?? "")
        return event
    }

    /// The event of a release. GitHub sends created, published and released for the same one: one may count.
    static func release(_ payload: JSONValue) -> HostEvent? {
        guard payload["action"]?.string == "published", let tag = payload["release"]?["tag_name"]?.string else {
            return nil
        }
        var event = HostEvent(.release)
        event.tag = tag
        event.ref = .tag(tag)
        return event
    }

    /// The event with what every payload says: the repository and who caused it.
    static func completed(_ event: HostEvent, _ payload: JSONValue) -> HostEvent {
        var event = event
        let repository = payload["repository"]
        event.repository = repository?["full_name"]?.string
        event.cloneURLs = ["clone_url", "ssh_url"].compactMap { repository?[$0]?.string }
        event.defaultBranch = repository?["default_branch"]?.string
        let sender = payload["sender"]
        event.sender = sender?["login"]?.string ?? sender?["username"]?.string
        return event
    }
}
