import Model
import Testing

struct PrintableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let text: String
        var testDescription: String { text }
        init(_ bytes: [UInt8], _ text: String) { (self.bytes, self.text) = (bytes, text) }
        init(_ input: String, _ text: String) { self.init(Array(input.utf8), text) }
    }

    @Test(arguments: [
        Row("plain", "plain"), Row("", ""), Row("日本 é ✔️", "日本 é ✔️"),
        Row("a\nb", "a\\x0ab"), Row("a\u{0}b", "a\\x00b"), Row("\u{1b}[2J", "\\x1b[2J"), Row("\u{7f}", "\\x7f"),
        Row("\u{9b}31m", "\\xc2\\x9b31m"), Row("\u{202e}gpj.exe", "\\xe2\\x80\\xaegpj.exe"),
        Row("\u{2066}x\u{2069}", "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9"), Row("a\u{200b}b", "a\\xe2\\x80\\x8bb"),
        Row("\u{feff}", "\\xef\\xbb\\xbf"), Row("\u{ad}", "\\xc2\\xad"), Row("\u{2028}", "\\xe2\\x80\\xa8"),
        Row("\u{3164}", "\\xe3\\x85\\xa4"), Row("\u{e0041}", "\\xf3\\xa0\\x81\\x81"),
        Row([0xff], "\\xff"), Row([0x61, 0xc3], "a\\xc3"), Row([0xc3, 0xa9, 0xff], "\\xc3\\xa9\\xff"),
        Row([0xed, 0xa0, 0x80], "\\xed\\xa0\\x80"), Row([0xc0, 0xaf], "\\xc0\\xaf"),
    ])
    func whatATerminalMustNotSeeIsEscaped(_ row: Row) {
        #expect(printable(row.bytes) == row.text)
    }

    @Test func refNamesAreReadBackFromTheirPrintableForm() {
        for row in EnvironmentNameTests.hostile where !row.contains(UInt8(ascii: "\\")) {
            let ref = RefName(bytes: Array("refs/heads/".utf8) + row)
            #expect(RefName(printable: ref.description) == ref, "\(ref)")
        }
    }

    @Test(arguments: ["a\\b", "\\x", "\\x1", "\\xzz", "\\x+1", "\\x-f"])
    func backslashWithoutTwoDigitsStandsForItself(text: String) {
        #expect(RefName(printable: text).bytes == Array(text.utf8))
    }

    @Test func secretsAreNeverPrinted() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump([secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [Optional(secret)]), dumped] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect(secret.withValue { $0 } == "hunter2")
    }
}
