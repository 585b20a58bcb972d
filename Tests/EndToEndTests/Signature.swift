import Crypto

/// What a Git host signs deliveries with.
enum Signature {
    /// The digits of GitHub's `X-Hub-Signature-256`.
    static func sha256(secret: String, body: [UInt8]) -> String {
        Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: body))
    }
}
