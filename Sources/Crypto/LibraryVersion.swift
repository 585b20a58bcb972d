import CCrypto

/// Which OpenSSL this program runs with.
package enum CryptoLibrary {
    /// What the library says of itself.
    package static var version: String { OpenSSL_version(0).map { String(cString: $0) } ?? "OpenSSL" }
}
