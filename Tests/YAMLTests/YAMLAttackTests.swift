import Testing
import YAML

/// A-25, A-26: documents that grow, loop, nest or surprise.
struct YAMLAttackTests {
    private static func code(of text: String) -> YAMLError.Code? {
        do throws(YAMLError) {
            return try YAMLDocument(Array(text.utf8)).refusals.first?.code
        } catch {
            return error.code
        }
    }

    @Test func aBillionLaughsAreRefusedUnexpanded() throws {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        // A hundred refusals are listed and no alias stands for what it names.
        #expect(throws: YAMLError.self) { try YAMLDocument(Array(text.utf8)) }
        let start = try YAMLDocument(Array(text.split(separator: "\n").prefix(8).joined(separator: "\n").utf8))
        #expect(Set(start.refusals.map(\.code)) == [.anchor, .alias])
        #expect(start.refusals.count == 8 + 7 * 9)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let code: YAMLError.Code
    }

    @Test(arguments: [
        Case(testDescription: "self-reference", text: "a: &a [*a]", code: .anchor),
        Case(testDescription: "self-reference as key", text: "&a { *a : b }", code: .anchor),
        Case(testDescription: "alias of nothing", text: "a: *b", code: .alias),
        Case(testDescription: "merge", text: "a: { <<: { b: c } }", code: .mergeKey),
        Case(testDescription: "merge of a list", text: "a:\n  <<: [{ b: c }, { b: d }]", code: .mergeKey),
        Case(testDescription: "object tag", text: "a: !!python/object/apply:os.system ['id']", code: .tag),
        Case(testDescription: "own tag", text: "a: !include /etc/passwd", code: .tag),
        Case(testDescription: "binary", text: "a: !!binary aGFsbG8=", code: .tag),
        Case(testDescription: "tag by directive", text: "%TAG ! tag:example.com,2000:\n---\na: !x b", code: .tag),
        Case(testDescription: "second document", text: "a: b\n---\nc: d", code: .severalDocuments),
        Case(testDescription: "duplicate key", text: "a: b\n\"a\": c", code: .duplicateKey),
        Case(testDescription: "list as key", text: "? [a]\n: b", code: .complexKey),
        Case(testDescription: "flow nested deep", text: String(repeating: "[", count: 100_000), code: .tooDeep),
        Case(testDescription: "maps nested deep", text: String(repeating: "{a: ", count: 60_000), code: .tooDeep),
        Case(testDescription: "blocks nested deep", text: nestedBlocks(200), code: .tooDeep),
        Case(testDescription: "a million lines", text: String(repeating: "#\n", count: 1_000_000), code: .tooLong),
        Case(testDescription: "one long line", text: "a: " + String(repeating: "x", count: 1 << 20), code: .tooLong),
    ])
    func isRefused(_ example: Case) {
        #expect(Self.code(of: example.text) == example.code)
    }

    private static func nestedBlocks(_ depth: Int) -> String {
        (0..<depth).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    }

    /// As many of anything as fit in the limit of bytes are read in a moment.
    @Test(arguments: [
        (0..<20_000).map { "k\($0): v" }.joined(separator: "\n"), String(repeating: "- a\n", count: 60_000),
        "a: [" + String(repeating: "[],", count: 80_000) + "]", String(repeating: "\n", count: 250_000) + "a: b",
        "a: \"" + String(repeating: #"\x41"#, count: 60_000) + "\"",
        "a: |\n" + String(repeating: "  x\n", count: 60_000),
        "a: '" + String(repeating: "''", count: 120_000) + "'",
    ])
    func whatFitsIsRead(_ text: String) throws {
        #expect(try YAMLDocument(Array(text.utf8)).refusals.isEmpty)
    }

    /// A key of every kind that is meant to collide in a table of hashes: Swift's is seeded anew in each process.
    @Test func keysAreNeverCompared() throws {
        let keys = (0..<20_000).map { "\($0 * 4096): v" }.joined(separator: "\n")
        let document = try YAMLDocument(Array(keys.utf8))
        guard case .mapping(let entries) = document.root?.content else {
            Issue.record("no mapping")
            return
        }
        #expect(entries.count == 20_000)
    }

    @Test(arguments: [
        "no", "yes", "on", "off", "~", "null", "0o7", "010", "1_000", "0x10", "1e3", ".inf", ".nan", "12:30:45",
        "2001-01-01", "=", "<",
    ])
    func valuesStayText(_ text: String) throws {
        #expect(try YAMLDocument(Array("a: \(text)".utf8)).root?["a"]?.content == .scalar(text, .plain))
    }
}
