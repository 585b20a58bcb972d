/// A SHA-256: 32 bytes, written as 64 lower-case hexadecimal digits. Model computes none: digests are handed in.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    // Numbers and no text: it is copied, compared and hashed far more often than it is written.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// Reads 64 hexadecimal digits of either case, with or without `sha256:` before them.
    package init?(_ text: String) {
        var rest = text.hasPrefix("sha256:") ? text.dropFirst(7).utf8 : text[...].utf8
        guard rest.count == 64 else { return nil }
        func next() -> UInt64? {
            defer { rest = rest.dropFirst(16) }
            return HexadecimalWords.word(rest.prefix(16))
        }
        guard let first = next(), let second = next(), let third = next(), let fourth = next() else { return nil }
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    /// Takes the 32 bytes; nil for another number of them.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        func word(_ place: Int) -> UInt64 {
            bytes[8 * place..<8 * place + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        (first, second, third, fourth) = (word(0), word(1), word(2), word(3))
    }

    /// The 64 digits.
    package var hex: String { HexadecimalWords.text((first, 16), (second, 16), (third, 16), (fourth, 16)) }

    /// The first 12 digits, as shown to people and used in container names.
    package var short: String { HexadecimalWords.text((first >> 16, 12)) }

    package var description: String { hex }

    package static func < (left: Self, right: Self) -> Bool {
        (left.first, left.second, left.third, left.fourth) < (right.first, right.second, right.third, right.fourth)
    }
}

/// Computes the SHA-256 of bytes; handed to pure code that needs one.
package typealias Hashing = @Sendable ([UInt8]) -> Digest

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let digest = Self(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256"))
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
