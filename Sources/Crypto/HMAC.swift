import CCrypto

/// HMAC with SHA-256 (RFC 2104), by OpenSSL.
package enum HMAC {
    /// The 32 bytes of the code of a message under a key.
    package static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let done = CCrypto.HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &length)
        guard done != nil, length == 32 else { preconditionFailure("HMAC failed: \(lastError())") }
        return code
    }

    /// Whether two codes are the same, in a time that does not depend on where they differ.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
