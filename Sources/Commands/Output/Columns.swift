/// How much room text takes on a terminal.
enum Columns {
    /// How many columns the text takes.
    static func count(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// The text, ending in `…` where it takes more than that many columns.
    static func prefix(_ text: String, _ limit: Int) -> String {
        guard count(text) > limit else { return text }
        var result = ""
        var used = 0
        for character in text {
            used += width(character)
            if used > limit - 1 { break }
            result.append(character)
        }
        return result + "…"
    }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if scalar.isASCII { return 1 }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks that Unicode's East Asian Width (UAX 11) calls wide, coarsely.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
        0xffe0...0xffe6, 0x20000...0x3fffd,
    ]
}
