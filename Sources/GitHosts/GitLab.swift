import Model

/// GitLab: docs.gitlab.com, "Webhook events"; signatures as Standard Webhooks has them.
enum GitLab: Dialect {
    static let name = "gitlab"
    static let eventHeader = "x-gitlab-event"
    static let deliveryHeader = "idempotency-key"
    static let securityHeaders = ["x-gitlab-token"] + StandardWebhooks.headers

    /// A hook may have a token, a signing token or both; whatever we can check must be right, and something must.
    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String? {
        let keys = check.secrets.filter(StandardWebhooks.isKey)
        let tokens = check.secrets.filter { !StandardWebhooks.isKey($0) }
        var isChecked = false
        if !keys.isEmpty, request.header("webhook-signature") != nil {
            if let doubt = StandardWebhooks.doubt(of: request, signed: signed, keys: keys, now: check.now) {
                return doubt
            }
            isChecked = true
        }
        if !tokens.isEmpty, let token = request.header("x-gitlab-token") {
            guard Signature.isToken(token, secrets: tokens) else {
                return "the token is wrong: the hook's secret on GitLab is another than the project's"
            }
            isChecked = true
        }
        return isChecked ? nil : "neither X-Gitlab-Token nor webhook-signature can be checked: set the hook's secret"
    }

    static func events(named event: String, in payload: JSONValue) -> [HostEvent] {
        let found: HostEvent? =
            switch payload["object_kind"]?.string ?? payload["event_name"]?.string {
            case "push", "tag_push": push(payload)
            case "merge_request": mergeRequest(payload)
            case "note": note(payload)
            case "release": release(payload)
            default: nil
            }
        return found.map { [completed($0, payload)] } ?? []
    }

    private static func push(_ payload: JSONValue) -> HostEvent? {
        guard let ref = payload["ref"]?.string else { return nil }
        let after = payload.objectID("after")
        return .push(
            ref: RefName(ref), before: payload.objectID("before"), after: after,
            commit: payload.objectID("checkout_sha") ?? after)
    }

    private static func mergeRequest(_ payload: JSONValue) -> HostEvent? {
        guard let request = payload["object_attributes"] else { return nil }
        let kind: HostEvent.Kind
        switch request["action"]?.string {
        case "open": kind = .opened
        case "reopen": kind = .reopened
        case "update": kind = .updated
        case "close": kind = .closed
        case "merge": kind = .merged
        default: return nil
        }
        var event = described(HostEvent(kind), by: request)
        event.isDraft = request["draft"]?.bool ?? request["work_in_progress"]?.bool ?? isDraftTitle(request)
        event.labels = (payload["labels"] ?? request["labels"])?.elements.compactMap { $0["title"]?.string } ?? []
        if kind == .updated { event.isHeadChanged = request["oldrev"] != nil }
        if kind == .merged { event.mergeCommit = request["merge_commit_sha"]?.string }
        return event
    }

    /// Old versions tell a draft by its title alone.
    private static func isDraftTitle(_ request: JSONValue) -> Bool? {
        request["title"]?.string.map { title in ["Draft:", "WIP:"].contains { title.hasPrefix($0) } }
    }

    private static func described(_ event: HostEvent, by request: JSONValue) -> HostEvent {
        var event = event
        event.number = request["iid"]?.integer
        event.headRef = request["source_branch"]?.string
        event.headCommit = request["last_commit"]?["id"]?.string
        event.headRepository = request["source"]?["path_with_namespace"]?.string
        event.baseRef = request["target_branch"]?.string
        if let source = request["source_project_id"]?.integer, let target = request["target_project_id"]?.integer {
            event.isFork = source != target
        }
        return event
    }

    private static func note(_ payload: JSONValue) -> HostEvent? {
        guard let note = payload["object_attributes"], note["noteable_type"]?.string == "MergeRequest",
            note["system"]?.bool != true, note["action"]?.string ?? "create" == "create",
            let request = payload["merge_request"], let body = note["note"]?.string
        else { return nil }
        var event = described(HostEvent(.comment), by: request)
        event.comment = .init(body: body, author: payload["user"]?["username"]?.string ?? "")
        return event
    }

    private static func release(_ payload: JSONValue) -> HostEvent? {
        guard payload["action"]?.string == "create", let tag = payload["tag"]?.string else { return nil }
        var event = HostEvent(.release)
        event.tag = tag
        event.ref = .tag(tag)
        event.commit = payload["commit"]?.objectID("id")
        return event
    }

    private static func completed(_ event: HostEvent, _ payload: JSONValue) -> HostEvent {
        var event = event
        let project = payload["project"]
        event.repository = project?["path_with_namespace"]?.string
        event.cloneURLs = ["git_http_url", "git_ssh_url"].compactMap { project?[$0]?.string }
        event.defaultBranch = project?["default_branch"]?.string
        event.sender = payload["user_username"]?.string ?? payload["user"]?["username"]?.string
        return event
    }
}
