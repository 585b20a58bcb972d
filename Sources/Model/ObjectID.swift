/// The name of a Git object: 20 bytes, written as 40 lower-case hexadecimal digits (SHA-1 repositories).
package struct ObjectID: Hashable, Sendable, Comparable, CustomStringConvertible {
    // Numbers and no text: it is copied, compared and hashed far more often than it is written.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt32

    /// Reads 40 hexadecimal digits of either case; nil for anything else.
    package init?(_ text: String) {
        let digits = text[...].utf8
        guard digits.count == 40, let first = HexadecimalWords.word(digits.prefix(16)),
            let second = HexadecimalWords.word(digits.dropFirst(16).prefix(16)),
            let third = HexadecimalWords.word(digits.dropFirst(32))
        else { return nil }
        (self.first, self.second, self.third) = (first, second, UInt32(third))
    }

    /// The id Git writes where there is no object, as for a ref that was just created or deleted.
    package static let zero = Self(first: 0, second: 0, third: 0)

    private init(first: UInt64, second: UInt64, third: UInt32) {
        (self.first, self.second, self.third) = (first, second, third)
    }

    /// The 40 digits.
    package var hex: String { HexadecimalWords.text((first, 16), (second, 16), (UInt64(third), 8)) }

    /// The first seven digits, for people.
    package var short: String { HexadecimalWords.text((first >> 36, 7)) }

    package var description: String { hex }

    package static func < (left: Self, right: Self) -> Bool {
        (left.first, left.second, left.third) < (right.first, right.second, right.third)
    }
}

extension ObjectID: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = Self(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a Git object id"))
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

extension UInt8 {
    /// Whether the byte is an ASCII hexadecimal digit.
    package var isHexDigit: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
