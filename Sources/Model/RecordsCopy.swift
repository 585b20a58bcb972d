/// A copy of the daemon's records that waits to be fetched, piece by piece.
package struct RecordsCopy: Sendable, Hashable, Codable {
    /// What it is called until it is fetched: hexadecimal digits.
    package let name: String
    /// How large it is.
    package let byteCount: Int
    /// The moment it is from.
    package let madeAt: Timestamp

    /// A copy as given.
    package init(name: String, byteCount: Int, madeAt: Timestamp) {
        self.name = name
        self.byteCount = byteCount
        self.madeAt = madeAt
    }

    /// How much is fetched at once.
    package static let pieceByteCount = 4 << 20
}
