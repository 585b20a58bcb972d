import Crypto
package import Model

/// Signatures as standardwebhooks.com has them, which GitLab uses and scripts may.
package enum StandardWebhooks {
    static let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"]

    /// How far a signed time may be from ours.
    private static let tolerance = Duration.seconds(300)
    private static let prefix = "whsec_"

    /// Whether a secret is a key for such signatures.
    package static func isKey(_ secret: Secret<String>) -> Bool { secret.withValue { $0.hasPrefix(prefix) } }

    /// The value of `webhook-signature` for a message; nil when the secret is no key.
    package static func signature(
        of body: [UInt8], id: String, at seconds: Int64, key secret: Secret<String>
    ) -> String? {
        guard isKey(secret),
            let key = secret.withValue({ Base64.bytes(of: $0.dropFirst(prefix.count)) }), !key.isEmpty
        else { return nil }
        return "v1," + Base64.encoded(HMAC.sha256(key: key, message: Array("\(id).\(seconds).".utf8) + body))
    }

    /// Why a signature is not believed; nil when it is.
    static func doubt(of request: DeliveryRequest, signed: [UInt8], keys: [Secret<String>], now: Timestamp) -> String? {
        guard let signatures = request.header("webhook-signature") else {
            return "the header webhook-signature is missing"
        }
        guard let id = request.header("webhook-id"), let time = request.header("webhook-timestamp"),
            let seconds = Int64(time), (0...Int64(UInt32.max)).contains(seconds)
        else { return "the headers webhook-id and webhook-timestamp are missing or malformed" }
        let age = now.since(Timestamp(milliseconds: seconds * 1000))
        guard age <= tolerance, age >= .zero - tolerance else {
            return "the signature's time is more than five minutes from ours: check both clocks"
        }
        let message = Array("\(id).\(time).".utf8) + signed
        let codes = signatures.split(separator: " ").filter { $0.hasPrefix("v1,") }
            .compactMap { Base64.bytes(of: $0.dropFirst(3)) }
        let isRight = Signature.isAny(keys) { secret in
            guard let key = Base64.bytes(of: secret.dropFirst(prefix.count)), !key.isEmpty else { return false }
            let expected = HMAC.sha256(key: key, message: message)
            return codes.contains { HMAC.areEqual($0, expected) }
        }
        return isRight ? nil : "the signature is wrong: the sender's signing token is another than the project's"
    }
}
