import Model
import Promoter

/// SplitMix64: the same seed always gives the same worlds.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

extension World {
    /// Any world at all, sensible or not.
    static func random(seed: UInt64) -> World {
        var random = SeededGenerator(seed: seed)
        var world = World(policy: .random(&random), defaultBranch: random.chance(95) ? "main" : nil)
        let branches = [
            "main", "develop", "trunk", "feature/a", "feature/b", "feature-a", "renovate/x", "Ünï/..x", "x", "staging",
        ]
        for branch in branches + (0..<9).map({ "work-\($0)" }) where random.chance(60) {
            world.branch(
                branch, at: random.below(12), isBaseline: random.chance(30),
                absences: random.pick([0, 0, 0, 0, 1, 2, 3]))
            guard random.chance(60) else { continue }
            world.preview(of: branch, at: random.below(12)) { random.disturb(&$0) }
        }
        for tag in ["v1.0.0", "v1.2.0", "v1.10.0", "v2.0.0-rc.1", "v2", "release-3.0.0", "v1.9.0"]
        where random.chance(50) {
            world.tag(
                tag, at: random.below(12), isBaseline: random.chance(20), absences: random.pick([0, 0, 0, 1, 2]),
                movedTo: random.chance(10) ? random.below(12) : nil)
        }
        for commit in 0..<12 where random.chance(60) {
            if random.chance(85) {
                world.read(commit, content: random.chance(30) ? random.below(12) : nil)
            } else {
                world.refuse(commit, "no Dockerfile")
            }
        }
        for name in ["staging", "development", "production"] where random.chance(60) {
            let tags = world.facts.refs.filter { $0.name.isTag }.map(\.name)
            let ref = name == "production" && !tags.isEmpty ? random.pick(tags) : RefName.branch("main")
            world.environment(
                name, ref: random.chance(90) ? ref : nil, live: random.chance(70) ? random.below(12) : nil,
                healthy: (0..<random.below(4)).map { _ in random.below(12) }
            ) { random.disturb(&$0) }
        }
        for name in ["staging", "production", "work-1", "nobody"] where random.chance(15) {
            world.request(name, random.below(12))
        }
        if random.chance(10) { world.facts.defaultBranch = .branch("trunk") }
        if random.chance(10) { world.facts.areDeletionsApproved = true }
        if random.chance(10) { world.facts.livePolicy = .init() }
        return world
    }
}

extension SeededGenerator {
    fileprivate mutating func disturb(_ record: inout EnvironmentRecord) {
        if chance(20) { record.inProgress = .number(below(12)) }
        if chance(20) { record.fail(below(12), "exit 1", isRetried: chance(50)) }
        if chance(10) { record.hold = Hold(kind: .frozen, reason: "x", since: Timestamp(milliseconds: 0)) }
        if chance(5) { record.ref = nil }
    }
}

extension EnvironmentPolicies {
    fileprivate static func random(_ random: inout SeededGenerator) -> Self {
        func branch(_ random: inout SeededGenerator, _ name: String) -> BranchPolicy? {
            if random.chance(10) { return nil }
            return BranchPolicy(branch: .named(name), isDefaulted: random.chance(50))
        }
        let patterns = random.pick([nil, nil, ["*"], ["feature/*"], []] as [[String]?])
        let preview = PreviewPolicy(
            branches: patterns?.map { RefPattern($0) }, limit: random.pick([0, 1, 3, 20]))
        let staging =
            random.chance(70) ? BranchPolicy(branch: .defaultBranch, isDefaulted: true) : branch(&random, "main")
        let after = random.pick([.staging, .staging, .staging, .development, nil] as [EnvironmentName?])
        let tags = random.pick(["v*", "v*", "v*-*", "release-*"])
        return Self(
            preview: random.chance(90) ? preview : nil, development: branch(&random, "develop"), staging: staging,
            production: random.chance(95) ? .init(tags: RefPattern(tags), after: after) : nil)
    }
}
