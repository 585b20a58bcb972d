/// A SHA-256 as 64 lower-case hexadecimal digits. Model computes none: digests are handed in.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 64 digits.
    package let hex: String

    /// Reads 64 hexadecimal digits of either case, with or without `sha256:` before them.
    package init?(_ text: String) {
        let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
        guard digits.utf8.count == 64, digits.utf8.allSatisfy(\.isHexDigit) else { return nil }
        hex = digits.lowercased()
    }

    /// The first 12 digits, as shown to people and used in container names.
    package var short: String { String(hex.prefix(12)) }

    package var description: String { hex }

    package static func < (left: Self, right: Self) -> Bool { left.hex < right.hex }
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
