/// The full name of a Git ref, as bytes: names are compared as bytes and need not be UTF-8.
package struct RefName: Hashable, Sendable, Comparable {
    /// The bytes as Git has them, such as `refs/heads/main`.
    package let bytes: [UInt8]

    /// Takes the bytes as they are.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Takes a name written in UTF-8.
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The branch of that short name.
    package static func branch(_ short: String) -> Self { Self("refs/heads/" + short) }

    /// The tag of that short name.
    package static func tag(_ short: String) -> Self { Self("refs/tags/" + short) }

    /// Whether the ref is below `refs/heads/`.
    package var isBranch: Bool { bytes.starts(with: Self.branchPrefix) }

    /// Whether the ref is below `refs/tags/`.
    package var isTag: Bool { bytes.starts(with: Self.tagPrefix) }

    /// The bytes behind `refs/heads/` or `refs/tags/`; all of them for any other ref.
    package var shortBytes: [UInt8] {
        if isBranch { return Array(bytes.dropFirst(Self.branchPrefix.count)) }
        if isTag { return Array(bytes.dropFirst(Self.tagPrefix.count)) }
        return bytes
    }

    /// The short name, safe to print: see ``printable(_:)``.
    package var short: String { printable(shortBytes) }

    package static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    private static let branchPrefix = Array("refs/heads/".utf8)
    private static let tagPrefix = Array("refs/tags/".utf8)
}

extension RefName: CustomStringConvertible {
    /// The full name, safe to print.
    package var description: String { printable(bytes) }
}

// Written in its printable form. Git forbids backslashes in ref names (git-check-ref-format(1)),
// so `\xHH` cannot be mistaken for part of a name and the form can be read back.
extension RefName: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self.init(printable: text)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Reads the printable form back; a backslash that begins no `\xHH` stands for itself.
    package init(printable text: String) {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3, rest.first == UInt8(ascii: "x"),
                rest.dropFirst().prefix(2).allSatisfy(\.isHexDigit),
                let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
            {
                result.append(value)
                rest = rest.dropFirst(3)
            } else {
                result.append(byte)
            }
        }
        bytes = result
    }
}
