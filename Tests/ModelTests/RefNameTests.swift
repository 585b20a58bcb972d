import FoundationEssentials
import Model
import Testing

struct RefNameTests {
    @Test func shortNamesDropThePrefix() {
        #expect(RefName("refs/heads/feature/a").short == "feature/a")
        #expect(RefName("refs/tags/v1").short == "v1")
        #expect(RefName("refs/pull/1/head").short == "refs/pull/1/head")
        #expect(RefName("refs/heads/refs/tags/v1").isBranch)
        #expect(!RefName("refs/heads/refs/tags/v1").isTag)
    }

    @Test func branchAndTagOfOneNameDiffer() {
        #expect(RefName.branch("v1") != RefName.tag("v1"))
    }

    @Test func namesAreComparedAsBytes() {
        #expect(RefName.branch("é") != RefName.branch("e\u{301}"))
        #expect(RefName.branch("A") != RefName.branch("a"))
        #expect(RefName.branch("B") < RefName.branch("a"))
    }

    @Test func survivesJSON() throws {
        for short in EnvironmentNameTests.hostile where !short.contains(UInt8(ascii: "\\")) {
            let ref = RefName(bytes: Array("refs/heads/".utf8) + short)
            #expect(try JSONDecoder().decode(RefName.self, from: JSONEncoder().encode(ref)) == ref)
        }
    }

    struct Pattern: Sendable, CustomTestStringConvertible {
        let pattern: String
        let name: String
        let matches: Bool
        var testDescription: String { "'\(pattern)' and '\(name)'" }
        init(_ pattern: String, _ name: String, _ matches: Bool) {
            (self.pattern, self.name, self.matches) = (pattern, name, matches)
        }
    }

    @Test(arguments: [
        Pattern("v*", "v1.2.3", true), Pattern("v*", "v", true), Pattern("v*", "1.0", false),
        Pattern("*", "", true), Pattern("", "", true), Pattern("", "a", false), Pattern("?", "a", true),
        Pattern("?", "", false), Pattern("?", "ab", false), Pattern("feature/*", "feature/a/b", true),
        Pattern("feature/*", "feature", false), Pattern("*/x", "a/b/x", true), Pattern("a*b*c", "aXbYbZc", true),
        Pattern("a*b*c", "aXbY", false), Pattern("main", "main", true), Pattern("main", "maint", false),
        Pattern("[ab]", "a", false), Pattern("a.c", "abc", false), Pattern("**", "anything", true),
    ])
    func patternsMatchWholeNames(_ row: Pattern) {
        #expect(RefPattern(row.pattern).matches(Array(row.name.utf8)) == row.matches)
    }

    @Test func patternsOfManyStarsEndSoon() {
        let pattern = RefPattern(String(repeating: "*a", count: 200) + "b")
        #expect(!pattern.matches(Array(repeating: UInt8(ascii: "a"), count: 4000)))
    }
}
