/// Why OpenSSL did not do what it was asked.
package struct CryptoError: Error, Sendable, Hashable {
    /// The function of the library.
    package let call: String
    /// What went wrong, in words.
    package let message: String

    /// An error as given.
    init(call: String, message: String) {
        self.call = call
        self.message = message
    }
}

extension CryptoError: CustomStringConvertible {
    package var description: String { "\(message) (\(call))" }
}
