import GitHosts
import Testing

struct JSONDocumentTests {
    private static func root(_ text: String) -> JSONValue? { JSONDocument(Array(text.utf8))?.root }

    @Test func findsMembersAndElements() throws {
        let root = try #require(
            Self.root(#" {"a" : {"b":[1, -20, {"c":"d"}]}, "e":true, "f":false, "g":null, "h":"", "a":2} "#))
        #expect(root["a"]?["b"]?.elements.map(\.integer) == [1, -20, nil])
        #expect(root["a"]?["b"]?.elements.last?["c"]?.string == "d")
        #expect(root["e"]?.bool == true)
        #expect(root["f"]?.bool == false)
        #expect(root["g"] == nil)
        #expect(root["h"]?.string == "")
        #expect(root["x"] == nil)
        #expect(root["e"]?["b"] == nil)
        #expect(root["h"]?.integer == nil)
        #expect(root.memberNames == ["a", "e", "f", "g", "h", "a"])
    }

    @Test(arguments: [
        (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e4\u20AC""#, "ä€"), (#""\ud83d\ude00""#, "😀"),
        (#""\ud83dx""#, "\u{fffd}x"), (#""\ud83d\u0041""#, "\u{fffd}A"), (#""\ude00""#, "\u{fffd}"), (#""ä""#, "ä"),
    ])
    func decodesText(_ json: String, _ text: String) {
        #expect(Self.root(json)?.string == text)
    }

    @Test func findsAMemberWhoseNameIsEscaped() {
        #expect(Self.root(#"{"\u0061":1}"#)?["a"]?.integer == 1)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:2}", "tru",
        "truex", "nul", "01", "1.", ".5", "-", "+1", "1e", "1e+", "\"", "\"\\\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u12",
        "\"a\nb\"", "1 2", "{} {}", "NaN", "'a'", "[1 2]", "{\"a\" 1}", "\u{feff}{}", "[1]]", "{]",
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect(Self.root(text) == nil)
    }

    @Test(arguments: ["0", "-0", "1.5", "1e9", "1E+9", "-1.5e-9", "[]", "{}", "[[]]", "\"\"", "null"])
    func acceptsOtherJSON(_ text: String) {
        #expect(Self.root(text) != nil)
    }

    @Test func boundsTheDepth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(Self.root(nested(JSONDocument.depthLimit)) != nil)
        #expect(Self.root(nested(JSONDocument.depthLimit + 1)) == nil)
        #expect(Self.root(String(repeating: "{\"a\":", count: 1_000_000)) == nil)
    }

    @Test func everyPrefixOfATextIsRefused() {
        let text = Array(#"{"a":[1,2,{"b":"c\u00e4"}],"d":true,"e":null,"f":-1.5e3}"#.utf8)
        for count in 0..<text.count { #expect(JSONDocument(Array(text[..<count])) == nil, "\(count)") }
        #expect(JSONDocument(text) != nil)
    }
}
