import Testing
import YAML

struct YAMLDocumentTests {
    private func read(_ text: String) throws(YAMLError) -> YAMLDocument { try YAMLDocument(Array(text.utf8)) }

    @Test func keepsPositionsOfKeysAndValues() throws {
        let root = try #require(try read("a: 1\nb:\n  - x\n  - {c: \"d\"}\n").root)
        #expect(root["a"] == YAMLNode(content: .scalar("1", .plain), line: 1, column: 4))
        #expect(root["b"]?[0] == YAMLNode(content: .scalar("x", .plain), line: 3, column: 5))
        #expect(root["b"]?[1]?["c"] == YAMLNode(content: .scalar("d", .quoted), line: 4, column: 9))
        guard case .mapping(let entries) = root.content else {
            Issue.record("the root is no mapping")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries.map(\.line) == [1, 2])
    }

    @Test func countsColumnsInCharacters() throws {
        let root = try #require(try read("ä€𝄞: {b: c}\n").root)
        #expect(root["ä€𝄞"]?["b"]?.column == 10)
    }

    @Test(arguments: ["no", "0o7", "1_000", "08", "~", "", "1e3", "2001-01-01", "0x1F", ".inf", "<<x"])
    func leavesScalarsAsText(text: String) throws {
        #expect(try read("key: \(text)").root?["key"]?.content == .scalar(text, .plain))
    }

    @Test(arguments: ["", "# nothing\n", "\n\n", "\u{feff}"])
    func findsNothingInNothing(text: String) throws {
        #expect(try read(text).root == nil)
    }

    @Test func takesABlockAsText() throws {
        #expect(try read("a: |\n  x\n  y\n").root?["a"]?.content == .scalar("x\ny\n", .block))
    }

    struct Refused: CustomTestStringConvertible, Sendable {
        let text: String
        let code: YAMLError.Code
        let line: Int
        let column: Int
        var testDescription: String { text }
    }

    @Test(arguments: [
        Refused(text: "a: &x 1", code: .anchor, line: 1, column: 4),
        Refused(text: "a: *x", code: .alias, line: 1, column: 4),
        Refused(text: "<<: {b: 1}", code: .mergeKey, line: 1, column: 1),
        Refused(text: "a: !!int 1", code: .tag, line: 1, column: 4),
        Refused(text: "a: !mine [1]", code: .tag, line: 1, column: 4),
        Refused(text: "a: 1\nb: 2\na: 3", code: .duplicateKey, line: 3, column: 1),
        Refused(text: "? [a]\n: 1", code: .complexKey, line: 1, column: 3),
    ])
    func refusesWithAPosition(example: Refused) throws {
        let refusals = try read(example.text).refusals
        #expect(refusals.map(\.code) == [example.code])
        #expect(refusals.map(\.line) == [example.line])
        #expect(refusals.map(\.column) == [example.column])
    }

    @Test func listsAllRefusals() throws {
        let document = try read("a: &x 1\nb: *x\nc: !t 2\nc: 3\nd: 4\n")
        #expect(document.refusals.map(\.code) == [.anchor, .alias, .tag, .duplicateKey])
        #expect(document.root?["b"]?.content == .refused)
        #expect(document.root?["d"]?.content == .scalar("4", .plain))
    }

    @Test(arguments: [
        Refused(text: "a: [1", code: .parser, line: 2, column: 1),
        Refused(text: "a:\n\t- b", code: .scanner, line: 2, column: 1),
        Refused(text: "---\na: 1\n---\nb: 2\n", code: .severalDocuments, line: 3, column: 1),
        Refused(text: "a: b: c", code: .scanner, line: 1, column: 5),
        Refused(text: "a: \u{1}", code: .reader, line: 1, column: 4),
    ])
    func throwsWhereNoTreeIsLeft(example: Refused) {
        let error = #expect(throws: YAMLError.self) { try read(example.text) }
        #expect(error?.code == example.code)
        #expect(error?.line == example.line)
        #expect(error?.column == example.column)
    }

    @Test func refusesInvalidUTF8AtItsPosition() {
        let error = #expect(throws: YAMLError.self) { try YAMLDocument(Array("a: 1\nä: ".utf8) + [0xff, 0x0a]) }
        #expect(error?.code == .reader)
        #expect(error?.line == 2)
        #expect(error?.column == 4)
    }

    @Test func refusesUTF16() {
        let error = #expect(throws: YAMLError.self) { try YAMLDocument([0xff, 0xfe, 0x61, 0x00]) }
        #expect(error?.code == .reader)
    }

    @Test func refusesWhatIsTooDeepOrTooLong() throws {
        let limit = YAMLDocument.Limits().depth
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try read(nested(limit)).root != nil)
        let deep = #expect(throws: YAMLError.self) { try read(nested(limit + 1)) }
        #expect(deep?.code == .tooDeep)
        let deepest = #expect(throws: YAMLError.self) { try read(String(repeating: "{a: ", count: 60_000)) }
        #expect(deepest?.code == .tooDeep)
        let long = #expect(throws: YAMLError.self) { try YAMLDocument([UInt8](repeating: 0x20, count: 256 << 10 + 1)) }
        #expect(long?.code == .tooLong)
    }

    @Test func stopsListingRefusals() {
        let error = #expect(throws: YAMLError.self) { try read(String(repeating: "- *a\n", count: 200)) }
        #expect(error?.code == .tooMany)
    }
}
