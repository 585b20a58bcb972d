import Model

/// GitHub: docs.github.com, "Webhook events and payloads".
enum GitHub: Dialect {
    static let name = "github"
    static let eventHeader = "x-github-event"
    static let deliveryHeader = "x-github-delivery"
    static let securityHeaders = ["x-hub-signature-256"]

    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String? {
        guard let signature = request.header("x-hub-signature-256") else {
            return "the header X-Hub-Signature-256 is missing: set the hook's secret on GitHub"
        }
        guard signature.hasPrefix("sha256="),
            Signature.isHexHMAC(signature.dropFirst("sha256=".count), of: signed, secrets: check.secrets)
        else { return "the signature is wrong: the hook's secret on GitHub is another than the project's" }
        return nil
    }

    static func events(named event: String, in payload: JSONValue) -> [HostEvent] {
        let found: HostEvent? =
            switch event {
            case "push": push(payload)
            case "delete": payload["ref"]?.string.flatMap { .deletion(of: $0, type: payload["ref_type"]?.string) }
            case "ping": HostEvent(.ping)
            case "pull_request": PullRequestPayload.event(payload, headChangedBy: ["synchronize"])
            case "issue_comment": PullRequestPayload.comment(payload)
            case "release": PullRequestPayload.release(payload)
            case "repository": renamed(payload)
            default: nil
            }
        return found.map { [PullRequestPayload.completed($0, payload)] } ?? []
    }

    private static func push(_ payload: JSONValue) -> HostEvent? {
        guard let ref = payload["ref"]?.string else { return nil }
        let after = payload.objectID("after")
        var event = HostEvent.push(
            ref: RefName(ref), before: payload.objectID("before"), after: after,
            // For an annotated tag `after` is the tag object, and the head commit is the peeled one.
            commit: payload["head_commit"]?.objectID("id") ?? after)
        event.isForced = after == nil ? nil : payload["forced"]?.bool
        return event
    }

    private static func renamed(_ payload: JSONValue) -> HostEvent? {
        guard payload["action"]?.string == "renamed",
            let old = payload["changes"]?["repository"]?["name"]?["from"]?.string,
            let name = payload["repository"]?["full_name"]?.string, let slash = name.firstIndex(of: "/")
        else { return nil }
        var event = HostEvent(.renamed)
        event.oldRepository = name[...slash] + old
        return event
    }
}
