import Model
import Promoter
import Testing

struct TagChoiceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var pattern = "v*"
        let tags: [String]
        let chosen: String?
        var testDescription: String { "\(pattern) of \(tags)" }
    }

    @Test(arguments: [
        Row(tags: ["v1.9.0", "v1.10.0"], chosen: "v1.10.0"),
        Row(tags: ["v1.10.0", "v1.9.0"], chosen: "v1.10.0"),
        Row(tags: ["v1.0.0", "v2.0.0-rc.1"], chosen: "v1.0.0"),
        Row(tags: ["v2.0.0-rc.1"], chosen: nil),
        Row(tags: ["vintage", "v1", "v1.2", "v01.2.3"], chosen: nil),
        Row(tags: ["1.0.0"], chosen: nil),
        Row(pattern: "*", tags: ["1.0.0", "v0.9.0"], chosen: "1.0.0"),
        Row(pattern: "v*-rc*", tags: ["v1.0.0", "v1.1.0-rc.2", "v1.1.0-rc.10", "v1.1.0-beta"], chosen: "v1.1.0-rc.10"),
        Row(pattern: "v*-*", tags: ["v1.0.0", "v1.1.0-alpha"], chosen: "v1.1.0-alpha"),
        Row(pattern: "release-*", tags: ["release-1.0.0", "release-2.0.0-rc.1", "v3.0.0"], chosen: "release-1.0.0"),
        Row(pattern: "release/*", tags: ["release/1.0.0", "release/1.0.1"], chosen: "release/1.0.1"),
        Row(pattern: "shop@*", tags: ["shop@1.0.0", "cart@9.0.0"], chosen: "shop@1.0.0"),
        Row(pattern: "v1.*", tags: ["v1.2.3", "v2.0.0"], chosen: "v1.2.3"),
        Row(tags: ["v1.0.0+a", "v1.0.0+b"], chosen: "v1.0.0+a"),
        Row(tags: ["v99999999999999999999.0.0", "v100000000000000000000.0.0"], chosen: "v100000000000000000000.0.0"),
        Row(tags: [], chosen: nil),
    ])
    func takesTheHighestVersion(_ row: Row) {
        var world = World(policy: .init(production: .init(tags: RefPattern(row.pattern), after: nil)))
        for (number, tag) in row.tags.enumerated() { world.tag(tag, at: number + 10) }
        #expect(world.wish("production")?.ref == row.chosen.map { .tag($0) })
        if let chosen = row.chosen, let number = row.tags.firstIndex(of: chosen) {
            #expect(world.intent("production") == .run(.number(number + 10)))
        }
    }

    @Test func tagThatRunsIsNotReplacedByOneOfTheSamePrecedence() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v1.0.0+a", at: 5)
        world.tag("v1.0.0+b", at: 6)
        world.environment("production", ref: .tag("v1.0.0+b"), live: 6)
        #expect(world.intent("production") == .run(.number(6)))
    }

    @Test func lowerTagPushedLaterIsSaidNotDeployed() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v1.10.0", at: 5)
        world.tag("v1.9.1", at: 6)
        #expect(world.intent("production") == .run(.number(5)))
        #expect(
            world.reason("production")
                == "tag v1.10.0 names 0000005; "
                + "tag v1.9.1 was pushed later but is not higher than v1.10.0, so it is not deployed")
    }

    @Test func tagLowerThanABaselineOneIsNotDeployed() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v3.4.2", at: 5, isBaseline: true)
        world.tag("v2.0.1", at: 6)
        guard case .wait(.number(5), _) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(world.reason("production").hasPrefix("v3.4.2 predates Slipway; tag v2.0.1 was pushed later"))
        world.tag("v3.5.0", at: 7)
        #expect(world.intent("production") == .run(.number(7)))
    }

    @Test func newerTagThatDoesNotCountIsSaid() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v1.0.0", at: 5)
        world.tag("v1.1.0-rc.1", at: 6)
        #expect(world.reason("production").contains("tag v1.1.0-rc.1 does not count"))
    }

    @Test func goneTagsDoNotCountAndATagMissingOnceDoes() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v1.0.0", at: 5)
        world.tag("v1.1.0", at: 6, absences: 1)
        world.tag("v1.2.0", at: 7, absences: 2)
        #expect(world.intent("production") == .run(.number(6)))
    }

    @Test func tagThatIsNoTextIsIgnored() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v1.0.0", at: 5)
        let hostile = RefName(bytes: Array("refs/tags/v2.0.0".utf8) + [0xff, 0x1b])
        var ref = world.facts.refs[1]
        ref = KnownRef(
            name: hostile, target: ref.target, commit: .number(6), isBaseline: false, firstSeen: ref.firstSeen,
            movedAt: ref.movedAt, sequence: 99)
        world.facts.refs.append(ref)
        #expect(world.intent("production") == .run(.number(5)))
        #expect(!world.reason("production").utf8.contains(0x1b))
    }
}
