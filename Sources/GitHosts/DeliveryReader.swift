import Crypto
import Lifecycle
package import Model

/// Reads webhook requests: who sent them, whether they are authentic, and what they say.
package enum DeliveryReader {
    /// An authentic delivery, read in full.
    package struct Reading: Sendable, Hashable {
        /// Which host sent it: `github`.
        package let host: String
        /// The host's own id of the delivery.
        package let deliveryID: String
        /// The host's name of the event.
        package let event: String
        /// What happened; none when it is of no interest.
        package let events: [HostEvent]
    }

    /// Forgejo sends all of Gitea's headers and both send GitHub's: the order decides.
    static let dialects: [any Dialect.Type] = [
        Forgejo.self, Gitea.self, GitHub.self, GitLab.self, Bitbucket.self, GenericSender.self,
    ]

    /// How long a delivery's id and event may be.
    private static let wordLimit = 128

    /// What a request says, as far as it is believed: a hint where to look.
    package static func read(
        _ request: DeliveryRequest, secrets: [Secret<String>],
        now: Timestamp = Timestamp(milliseconds: WallClock.milliseconds())
    ) -> Result<DeliveryContent, DeliveryRejection> {
        Result { () throws(DeliveryRejection) in
            let reading = try reading(of: request, secrets: secrets, now: now)
            let first = reading.events.first { $0.ref != nil }
            return DeliveryContent(
                host: reading.host, deliveryID: reading.deliveryID, event: reading.event, ref: first?.ref,
                announced: first?.after, before: first?.before)
        }
    }

    /// The same with everything the payload says.
    package static func reading(
        of request: DeliveryRequest, secrets: [Secret<String>], now: Timestamp
    ) throws(DeliveryRejection) -> Reading {
        guard let dialect = dialects.first(where: { $0.isSender(of: request) }) else {
            throw .malformed("the request has no header that a known Git host sends with its events")
        }
        for name in dialect.securityHeaders + [dialect.eventHeader, dialect.deliveryHeader, "content-type"] {
            guard request.headers.count(where: { $0.name == name }) <= 1 else {
                throw .malformed("the request has two headers \(name)")
            }
        }
        let secrets = secrets.filter { $0.withValue { !$0.isEmpty } }
        guard !secrets.isEmpty else { throw .unauthorised("no webhook secret is configured for this project") }
        let payload = try payload(of: request)
        let signed = dialect.signsPayloadOfForms ? payload : request.body
        if let doubt = dialect.doubt(of: request, signed: signed, check: DeliveryCheck(secrets: secrets, now: now)) {
            throw .unauthorised(doubt)
        }
        guard let event = word(dialect.event(of: request)) else { throw .malformed("the event has no name") }
        guard let document = JSONDocument(payload) else { throw .malformed("the payload is not JSON") }
        return Reading(
            host: dialect.name, deliveryID: try deliveryID(of: request, dialect), event: event,
            events: dialect.events(named: event, in: document.root))
    }

    /// The JSON of a request. What cannot be decoded is an empty text, so that doubts come before complaints.
    private static func payload(of request: DeliveryRequest) throws(DeliveryRejection) -> [UInt8] {
        let sent = request.header("content-type").map { value in
            value.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
        }
        guard let sent else { throw unsupported }
        func isType(_ type: StaticString) -> Bool {
            type.withUTF8Buffer { type in
                sent.count == type.count
                    && zip(sent, type).allSatisfy { ((0x41...0x5a).contains($0) ? $0 | 0x20 : $0) == $1 }
            }
        }
        if isType("application/json") { return request.body }
        guard isType("application/x-www-form-urlencoded") else { throw unsupported }
        return FormBody.value(of: "payload", in: request.body) ?? []
    }

    private static var unsupported: DeliveryRejection {
        .unsupported("a delivery is application/json or application/x-www-form-urlencoded")
    }

    /// The host's id; a script that sends none gets the digest of what it sent.
    private static func deliveryID(
        of request: DeliveryRequest, _ dialect: any Dialect.Type
    ) throws(DeliveryRejection) -> String {
        guard let sent = dialect.deliveryID(of: request) else { return "sha256:" + SHA256.hex(of: request.body) }
        guard let id = word(sent) else { throw .malformed("the delivery's id is malformed") }
        return id
    }

    /// A short text of printable ASCII.
    private static func word(_ text: String?) -> String? {
        guard let text, !text.isEmpty, text.utf8.count <= wordLimit,
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f })
        else { return nil }
        return text
    }
}
