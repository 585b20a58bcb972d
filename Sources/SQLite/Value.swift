/// A value to bind: what SQLite stores, less floating-point numbers.
package enum Value: Sendable, Hashable {
    /// A 64-bit integer.
    case integer(Int64)
    /// Text, in UTF-8.
    case text(String)
    /// Bytes.
    case blob([UInt8])
    /// NULL.
    case null

    /// An integer, or NULL.
    package static func optional(_ value: Int64?) -> Self { value.map { .integer($0) } ?? .null }

    /// Text, or NULL.
    package static func optional(_ value: String?) -> Self { value.map { .text($0) } ?? .null }

    /// Bytes, or NULL.
    package static func optional(_ value: [UInt8]?) -> Self { value.map { .blob($0) } ?? .null }

    /// 1 or 0.
    package static func flag(_ value: Bool) -> Self { .integer(value ? 1 : 0) }
}
