import Model

/// Gitea: its source, modules/structs/hook.go and services/webhook.
enum Gitea: Dialect {
    static let name = "gitea"
    static let eventHeader = "x-gitea-event"
    static let deliveryHeader = "x-gitea-delivery"
    static let securityHeaders = ["x-gitea-signature"]
    static let signsPayloadOfForms = true

    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String? {
        doubt(signature: request.header("x-gitea-signature"), signed, check, host: "Gitea")
    }

    /// Shared with Forgejo. Without a secret the header is there, but empty.
    static func doubt(signature: String?, _ signed: [UInt8], _ check: DeliveryCheck, host: String) -> String? {
        guard let signature, !signature.isEmpty else {
            return "the header X-\(host)-Signature is missing or empty: set the hook's secret on \(host)"
        }
        guard Signature.isHexHMAC(signature, of: signed, secrets: check.secrets) else {
            return "the signature is wrong: the hook's secret on \(host) is another than the project's"
        }
        return nil
    }

    static func events(named event: String, in payload: JSONValue) -> [HostEvent] {
        let found: HostEvent? =
            switch event {
            case "push": push(payload)
            case "create": created(payload)
            case "delete": payload["ref"]?.string.flatMap { .deletion(of: $0, type: payload["ref_type"]?.string) }
            case "ping": HostEvent(.ping)
            case "pull_request", "pull_request_label", "pull_request_sync":
                PullRequestPayload.event(payload, headChangedBy: ["synchronized", "synchronize"])
            case "issue_comment": PullRequestPayload.comment(payload)
            case "release": PullRequestPayload.release(payload)
            default: nil
            }
        return found.map { [PullRequestPayload.completed($0, payload)] } ?? []
    }

    private static func push(_ payload: JSONValue) -> HostEvent? {
        guard let ref = payload["ref"]?.string else { return nil }
        let after = payload.objectID("after")
        return .push(
            ref: RefName(ref), before: payload.objectID("before"), after: after,
            commit: payload["head_commit"]?.objectID("id") ?? after)
    }

    /// Some versions announce a new tag by this alone, some by a push, some by both; a branch always has a push.
    private static func created(_ payload: JSONValue) -> HostEvent? {
        guard payload["ref_type"]?.string == "tag", let name = payload["ref"]?.string,
            let ref = HostEvent.fullRef(name, type: "tag"), let object = payload.objectID("sha")
        else { return nil }
        return .push(ref: ref, before: nil, after: object, commit: nil)
    }
}

/// Forgejo: Gitea's payloads under headers of its own.
enum Forgejo: Dialect {
    static let name = "forgejo"
    static let eventHeader = "x-forgejo-event"
    static let deliveryHeader = "x-forgejo-delivery"
    static let securityHeaders = ["x-forgejo-signature"]
    static let signsPayloadOfForms = true

    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String? {
        Gitea.doubt(signature: request.header("x-forgejo-signature"), signed, check, host: "Forgejo")
    }

    static func events(named event: String, in payload: JSONValue) -> [HostEvent] {
        Gitea.events(named: event, in: payload)
    }
}
