import CCrypto

/// HMAC (RFC 2104), by OpenSSL.
package enum HMAC {
    /// The 32 bytes of the code of a message under a key.
    package static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
        code(EVP_sha256(), length: 32, key: key, message: message)
    }

    /// The 20 bytes of the code of a message under a key; for OpenSSH's hashed host names only.
    package static func sha1(key: [UInt8], message: [UInt8]) -> [UInt8] {
        code(EVP_sha1(), length: 20, key: key, message: message)
    }

    private static func code(_ digest: OpaquePointer?, length: Int, key: [UInt8], message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: length)
        var written: UInt32 = 0
        let done = CCrypto.HMAC(digest, key, Int32(key.count), message, message.count, &code, &written)
        guard done != nil, written == length else { preconditionFailure("HMAC failed: \(lastError())") }
        return code
    }

    /// Whether two codes are the same, in a time that does not depend on where they differ.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
