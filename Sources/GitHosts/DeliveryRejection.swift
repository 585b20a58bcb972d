/// Why a webhook request is not believed, or cannot be read.
package enum DeliveryRejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// The signature is missing or wrong, or there is no secret to check it with.
    case unauthorised(String)
    /// It is authentic, or not even that far, but cannot be read.
    case malformed(String)
    /// Its media type is none we read.
    case unsupported(String)
    /// It has more bytes than a delivery may have.
    case tooLarge(String)

    package var description: String {
        switch self {
        case .unauthorised(let reason), .malformed(let reason), .unsupported(let reason), .tooLarge(let reason): reason
        }
    }
}
