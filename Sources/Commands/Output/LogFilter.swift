import Model

/// Makes the output of strangers safe for a terminal, line by line: colours stay, everything else that a terminal
/// would act upon is shown instead.
struct LogFilter: Sendable {
    /// Whether colours stay.
    let keepsColours: Bool
    private var line: [UInt8] = []

    /// A longer line is broken here, so that one that never ends is seen, too.
    private static let lineLimit = 64 << 10

    init(keepsColours: Bool) { self.keepsColours = keepsColours }

    /// Takes the next bytes; returns the lines they complete.
    mutating func take(_ bytes: [UInt8]) -> String {
        var result = ""
        for byte in bytes {
            if byte == UInt8(ascii: "\n") || line.count >= Self.lineLimit { result += end() }
            if byte != UInt8(ascii: "\n") { line.append(byte) }
        }
        return result
    }

    /// What is left when nothing more comes.
    mutating func finish() -> String { line.isEmpty ? "" : end() }

    private mutating func end() -> String {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        return safe(line) + "\n"
    }

    private func safe(_ bytes: [UInt8]) -> String {
        var result = ""
        var isPainted = false
        var rest = bytes[...]
        while !rest.isEmpty {
            let plain = rest.prefix { $0 != UInt8(ascii: "\t") && $0 != 0x1b }
            result += printable(plain)
            rest = rest.dropFirst(plain.count)
            guard let special = rest.first else { break }
            if special == UInt8(ascii: "\t") {
                result += "\t"
                rest = rest.dropFirst()
            } else if let colour = Self.colour(rest) {
                if keepsColours {
                    result += String(decoding: colour, as: UTF8.self)
                    isPainted = true
                }
                rest = rest.dropFirst(colour.count)
            } else {
                result += "\\x1b"
                rest = rest.dropFirst()
            }
        }
        return isPainted ? result + "\u{1b}[0m" : result
    }

    /// A change of colour at the beginning, ECMA-48's SGR: `ESC [ 1;31 m`.
    private static func colour(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard bytes.dropFirst().first == UInt8(ascii: "[") else { return nil }
        let body = bytes.dropFirst(2).prefix { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ";") }
        guard body.count <= 32, bytes.dropFirst(2 + body.count).first == UInt8(ascii: "m") else { return nil }
        return bytes.prefix(3 + body.count)
    }
}
