/// A pattern over short ref names: `*` stands for any run of bytes, `/` included, and `?` for one byte.
///
/// So `feature/*` matches `feature/a/b`, and `v*` matches `v1.2.3`.
package struct RefPattern: Sendable, Hashable, CustomStringConvertible {
    /// The pattern as written.
    package let text: String

    /// Takes the pattern as written.
    package init(_ text: String) { self.text = text }

    package var description: String { text }

    /// Whether the short name matches as a whole. Linear in the product of both lengths at worst.
    package func matches(_ shortName: [UInt8]) -> Bool {
        let pattern = Array(text.utf8)
        var (position, index) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while index < shortName.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = (position, index)
                position += 1
            } else if position < pattern.count, matchesByte(pattern[position], shortName[index]) {
                position += 1
                index += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                position = last.pattern + 1
                index = last.name + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private func matchesByte(_ pattern: UInt8, _ byte: UInt8) -> Bool {
        pattern == UInt8(ascii: "?") || pattern == byte
    }
}

extension RefPattern: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
