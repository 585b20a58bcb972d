import Testing

@testable import Commands

struct LogFilterTests {
    struct Line: Sendable {
        let raw: String
        let shown: String
    }

    @Test(arguments: [
        Line(raw: "hello\n", shown: "hello\n"),
        Line(raw: "tab\there\r\n", shown: "tab\there\n"),
        Line(raw: "\u{1b}[31mred\u{1b}[0m\n", shown: "\u{1b}[31mred\u{1b}[0m\u{1b}[0m\n"),
        Line(raw: "\u{1b}[2Jgone\n", shown: "\\x1b[2Jgone\n"),
        Line(raw: "\u{1b}]0;title\u{7}\n", shown: "\\x1b]0;title\\x07\n"),
        Line(raw: "\u{1b}[31\n", shown: "\\x1b[31\n"),
        Line(raw: "\u{202e}evil\n", shown: "\\xe2\\x80\\xaeevil\n"),
        Line(raw: "ünïcode ✓\n", shown: "ünïcode ✓\n"),
        Line(raw: "\n\n", shown: "\n\n"),
        Line(raw: "no end", shown: "no end\n"),
    ])
    func coloursStayAndNothingElseActs(_ line: Line) {
        #expect(Self.filtered(line.raw, chunk: 1_000) == line.shown)
        #expect(Self.filtered(line.raw, chunk: 1) == line.shown)
    }

    @Test func coloursGoWhereNoneAreWanted() {
        #expect(Self.filtered("\u{1b}[1;31mred\u{1b}[m\n", chunk: 3, keepsColours: false) == "red\n")
    }

    @Test func aLineThatNeverEndsIsBroken() {
        var filter = LogFilter(keepsColours: false)
        let text = filter.take([UInt8](repeating: UInt8(ascii: "x"), count: 200_000))
        #expect(text.utf8.count > 100_000)
    }

    private static func filtered(_ text: String, chunk: Int, keepsColours: Bool = true) -> String {
        var filter = LogFilter(keepsColours: keepsColours)
        var result = ""
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            result += filter.take(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(chunk)
        }
        return result + filter.finish()
    }
}
