import Model

/// Bitbucket Cloud: support.atlassian.com, "Event payloads".
enum Bitbucket: Dialect {
    static let name = "bitbucket"
    static let eventHeader = "x-event-key"
    static let deliveryHeader = "x-request-uuid"
    static let securityHeaders = ["x-hub-signature"]

    /// The header has the name of GitHub's SHA-1 one, and SHA-256 in it.
    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String? {
        guard let signature = request.header("x-hub-signature") else {
            return "the header X-Hub-Signature is missing: set the hook's secret on Bitbucket"
        }
        guard signature.hasPrefix("sha256="),
            Signature.isHexHMAC(signature.dropFirst("sha256=".count), of: signed, secrets: check.secrets)
        else { return "the signature is wrong: the hook's secret on Bitbucket is another than the project's" }
        return nil
    }

    static func events(named event: String, in payload: JSONValue) -> [HostEvent] {
        let found: [HostEvent] =
            switch event {
            case "repo:push": payload["push"]?["changes"]?.elements.compactMap(change) ?? []
            case "pullrequest:created": [pullRequest(.opened, payload)]
            case "pullrequest:updated": [pullRequest(.updated, payload)]
            case "pullrequest:fulfilled": [pullRequest(.merged, payload)]
            case "pullrequest:rejected": [pullRequest(.closed, payload)]
            case "pullrequest:comment_created": [comment(payload)].compactMap { $0 }
            default: []
            }
        return found.map { completed($0, payload) }
    }

    private static func change(_ change: JSONValue) -> HostEvent? {
        guard let end = change["new"] ?? change["old"], let name = end["name"]?.string,
            let ref = HostEvent.fullRef(name, type: end["type"]?.string == "tag" ? "tag" : "branch")
        else { return nil }
        let after = change["new"]?["target"]?.objectID("hash")
        var event = HostEvent.push(
            ref: ref, before: change["old"]?["target"]?.objectID("hash"), after: after, commit: after)
        event.isForced = after == nil ? nil : change["forced"]?.bool
        return event
    }

    private static func pullRequest(_ kind: HostEvent.Kind, _ payload: JSONValue) -> HostEvent {
        var event = HostEvent(kind)
        let request = payload["pullrequest"]
        let source = request?["source"]
        let target = request?["destination"]
        event.number = request?["id"]?.integer
        event.headRef = source?["branch"]?["name"]?.string
        event.headCommit = source?["commit"]?["hash"]?.string
        event.headRepository = source?["repository"]?["full_name"]?.string
        event.baseRef = target?["branch"]?["name"]?.string
        event.baseCommit = target?["commit"]?["hash"]?.string
        if let head = event.headRepository, let base = target?["repository"]?["full_name"]?.string {
            event.isFork = head != base
        }
        if kind != .comment { event.isDraft = request?["draft"]?.bool }
        if kind == .merged { event.mergeCommit = request?["merge_commit"]?["hash"]?.string }
        return event
    }

    private static func comment(_ payload: JSONValue) -> HostEvent? {
        guard let body = payload["comment"]?["content"]?["raw"]?.string else { return nil }
        var event = pullRequest(.comment, payload)
        event.comment = .init(body: body, author: person(payload["comment"]?["user"]) ?? "")
        return event
    }

    private static func person(_ value: JSONValue?) -> String? {
        ["nickname", "username", "display_name"].lazy.compactMap { value?[$0]?.string }.first
    }

    /// Payloads have no addresses; they follow from the full name.
    private static func completed(_ event: HostEvent, _ payload: JSONValue) -> HostEvent {
        var event = event
        if let name = payload["repository"]?["full_name"]?.string {
            event.repository = name
            event.cloneURLs = ["https://bitbucket.org/\(name).git", "git@bitbucket.org:\(name).git"]
        }
        event.sender = person(payload["actor"])
        return event
    }
}
