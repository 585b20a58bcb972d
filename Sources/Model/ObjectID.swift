/// The name of a Git object: 40 lower-case hexadecimal digits (SHA-1 repositories).
package struct ObjectID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 40 digits.
    package let hex: String

    /// Reads 40 hexadecimal digits of either case; nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count == 40, text.utf8.allSatisfy(\.isHexDigit) else { return nil }
        hex = text.lowercased()
    }

    /// The id Git writes where there is no object, as for a ref that was just created or deleted.
    package static let zero = Self(uncheckedHex: String(repeating: "0", count: 40))

    private init(uncheckedHex: String) { hex = uncheckedHex }

    /// The first seven digits, for people.
    package var short: String { String(hex.prefix(7)) }

    package var description: String { hex }

    package static func < (left: Self, right: Self) -> Bool { left.hex < right.hex }
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
