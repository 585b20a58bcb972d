import Model

/// Whoever else has a repository: a script, a host we do not know. The body is `{"repo", "ref", "sha"?}`; it is signed
/// as GitHub's is (`X-Hub-Signature-256`) or as Standard Webhooks has it, with a `whsec_` secret.
enum GenericSender: Dialect {
    static let name = "generic"
    static let eventHeader = "x-slipway-event"
    static let deliveryHeader = "x-slipway-delivery"
    static let securityHeaders = ["x-hub-signature-256"] + StandardWebhooks.headers

    /// Senders that follow Standard Webhooks to the letter have no header of their own.
    static func isSender(of request: DeliveryRequest) -> Bool {
        request.header(eventHeader) != nil || request.header("webhook-signature") != nil
    }

    static func event(of request: DeliveryRequest) -> String? { request.header(eventHeader) ?? "push" }

    static func deliveryID(of request: DeliveryRequest) -> String? {
        request.header(deliveryHeader) ?? request.header("webhook-id")
    }

    static func doubt(of request: DeliveryRequest, signed: [UInt8], check: DeliveryCheck) -> String? {
        let keys = check.secrets.filter(StandardWebhooks.isKey)
        if request.header("webhook-signature") != nil {
            guard !keys.isEmpty else {
                return "webhook-signature needs a webhook_secret that begins with whsec_"
            }
            return StandardWebhooks.doubt(of: request, signed: signed, keys: keys, now: check.now)
        }
        guard let signature = request.header("x-hub-signature-256") else {
            return "neither X-Hub-Signature-256 nor webhook-signature is there: sign the body"
        }
        guard signature.hasPrefix("sha256="),
            Signature.isHexHMAC(signature.dropFirst("sha256=".count), of: signed, secrets: check.secrets)
        else { return "the signature is wrong: the sender's secret is another than the project's" }
        return nil
    }

    static func events(named event: String, in payload: JSONValue) -> [HostEvent] {
        guard event == "push", let name = payload["ref"]?.string, let ref = HostEvent.fullRef(name, type: nil) else {
            return event == "ping" ? [HostEvent(.ping)] : []
        }
        let tip = payload.objectID("sha")
        // Without an id nothing is known of the tip, which does not mean that the ref is gone.
        var event = HostEvent(ref.isTag ? .tag : .push)
        event.ref = ref
        event.after = tip
        event.commit = ref.isTag ? nil : tip
        event.tag = ref.isTag ? String(decoding: ref.shortBytes, as: UTF8.self) : nil
        event.repository = payload["repo"]?.string
        return [event]
    }
}
