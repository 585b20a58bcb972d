import CCrypto

/// Bytes nobody can predict, by OpenSSL.
package enum Random {
    /// That many bytes.
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, Int32(count)) == 1 else { preconditionFailure("no randomness: \(lastError())") }
        return bytes
    }
}
