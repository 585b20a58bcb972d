import Crypto
import Model

/// Codes over the raw bytes of a body, compared in constant time.
enum Signature {
    /// Whether one of the secrets yields this code, given as exactly 64 lower-case hexadecimal digits.
    static func isHexHMAC(_ text: some StringProtocol, of message: [UInt8], secrets: [Secret<String>]) -> Bool {
        let isWellFormed =
            text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard isWellFormed, let code = Hexadecimal.bytes(of: String(text)) else { return false }
        return isAny(secrets) { HMAC.areEqual(HMAC.sha256(key: Array($0.utf8), message: message), code) }
    }

    /// Whether one of the secrets is this very token. Compared by code of both, so that not even the length shows.
    static func isToken(_ token: String, secrets: [Secret<String>]) -> Bool {
        let key = Random.bytes(32)
        let code = HMAC.sha256(key: key, message: Array(token.utf8))
        return isAny(secrets) { HMAC.areEqual(HMAC.sha256(key: key, message: Array($0.utf8)), code) }
    }

    /// Tries every secret, whichever matches; an empty one never does.
    static func isAny(_ secrets: [Secret<String>], _ matches: (String) -> Bool) -> Bool {
        var isFound = false
        for secret in secrets {
            let isThis = secret.withValue { !$0.isEmpty && matches($0) }
            isFound = isFound || isThis
        }
        return isFound
    }
}
