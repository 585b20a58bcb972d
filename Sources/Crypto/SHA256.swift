import CCrypto

/// A SHA-256 being computed over bytes that arrive in pieces (FIPS 180-4, by OpenSSL).
package struct SHA256: ~Copyable {
    private let context: OpaquePointer

    /// Looked up once: OpenSSL 3 would do so for every digest (EVP_MD_fetch(3)). Never freed, and read by all threads.
    nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    /// Begins a digest.
    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1 else {
            preconditionFailure("OpenSSL has no SHA-256, or no memory: \(lastError())")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in the next bytes.
    package mutating func update(_ bytes: some Sequence<UInt8>) {
        let done: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if done == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    private mutating func update(_ buffer: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1 else {
            preconditionFailure("SHA-256 failed: \(lastError())")
        }
    }

    /// The 32 bytes of the digest.
    package consuming func finalize() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else {
            preconditionFailure("SHA-256 failed: \(lastError())")
        }
        return digest
    }

    /// The 32 bytes of the digest of bytes that are all there.
    package static func digest(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var running = SHA256()
        running.update(bytes)
        return running.finalize()
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package static func hex(of bytes: some Sequence<UInt8>) -> String { Hexadecimal.text(of: digest(of: bytes)) }
}

/// OpenSSL's newest error on this thread, in its own words.
func lastError() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(ERR_get_error(), &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
