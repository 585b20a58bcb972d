import Model
import Promoter
import Testing

/// What becomes of pull requests from forks, and which pull requests count.
struct ForkTests {
    private static let ask = EnvironmentPolicies(preview: .init(forks: .ask))

    private func fork(_ number: Int, isOpen: Bool = true, isDraft: Bool = false, labels: [String] = []) -> PullRequest {
        request(number, from: "main", isFork: true, isOpen: isOpen, isDraft: isDraft, labels: labels)
    }

    private func request(
        _ number: Int, from branch: String, isFork: Bool = false, isOpen: Bool = true, isDraft: Bool = false,
        labels: [String] = [], title: String = "change"
    ) -> PullRequest {
        PullRequest(
            number: number, title: title, author: "eve", head: .branch(branch), commit: .number(2),
            base: .branch("main"), isFork: isFork, isDraft: isDraft, labels: labels, isOpen: isOpen)
    }

    private func world(_ policy: EnvironmentPolicies = Self.ask, host: GitHostKind? = .github) -> World {
        var world = World(policy: policy)
        world.facts.forks = .init(host: host, isDescribed: true)
        return world
    }

    private func allow(_ commit: Int, in name: String, _ world: inout World) {
        world.facts.forks.allowances[.named(name)] = ForkAllowance(
            commit: .number(commit), by: "ada", at: Timestamp(milliseconds: 0))
    }

    @Test func itGetsNothingUnlessTheManifestAsks() {
        var world = world(.init())
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42)]
        allow(2, in: "pr-42", &world)
        #expect(world.intent("pr-42") == nil)
    }

    @Test func itWaitsForAPersonAndFetchesNothing() throws {
        var world = world()
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42)]
        guard case .wait(let commit, let gates)? = world.intent("pr-42") else { throw NotWaiting() }
        #expect(commit == .number(2))
        #expect(gates.map(\.kind) == [.allowance])
        #expect(world.reason("pr-42").contains("a person with write access must allow 0000002"))
        #expect(gates.first?.remedy == "comment `/slipway allow` on it, or run `slipway allow shop pr-42`")
        #expect(world.decision.neededForkCommits.isEmpty && !world.decision.neededCommits.contains(.number(2)))
        #expect(!world.decision.wantedRefs.contains(RefName("refs/pull/42/head")))
    }

    struct NotWaiting: Error {}

    @Test func theAllowedCommitRunsAndTheNextWaitsAgain() {
        var world = world()
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42)]
        allow(2, in: "pr-42", &world)
        #expect(world.intent("pr-42") == .run(.number(2)))
        #expect(world.reason("pr-42") == "pull request #42 is at 0000002, which ada allowed")
        #expect(world.decision.neededForkCommits == [.number(2)])
        #expect(world.decision.wantedRefs.contains(RefName("refs/pull/42/head")))
        world.environment("pr-42", kind: .preview, ref: RefName("refs/pull/42/head"), live: 2)
        world.head("refs/pull/42/head", at: 3)
        guard case .wait(.some(.number(3)), _)? = world.intent("pr-42") else {
            Issue.record("\(world.reason("pr-42"))")
            return
        }
        #expect(world.reason("pr-42").contains("until then it runs 0000002"))
        // Back to the commit that was allowed: the word was for that very one.
        world.head("refs/pull/42/head", at: 2)
        #expect(world.intent("pr-42") == .run(.number(2)))
    }

    @Test func aPersonsDeploymentIsAWordToo() {
        var world = world()
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42)]
        world.facts.requests[.named("pr-42")] = .init(commit: .number(2), sequence: 99)
        #expect(world.intent("pr-42") == .run(.number(2)))
    }

    @Test func itIsReadAsAForksEvenWhereABranchIsAtTheSameCommit() {
        var world = world()
        world.branch("feature-x", at: 2)
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42)]
        allow(2, in: "pr-42", &world)
        world.refuse(2, "the branch's reading")
        #expect(world.decision.neededCommits.contains(.number(2)))
        #expect(world.decision.neededForkCommits == [.number(2)])
        #expect(!world.reason("pr-42").contains("the branch's reading"))
        #expect(world.reason("feature-x").contains("the branch's reading"))
    }

    @Test func closedOnesGoAndSoDoThoseThatNoCompleteListingHas() {
        var world = world()
        world.head("refs/pull/42/head", at: 2)
        for number in [42, 43] {
            world.environment(
                "pr-\(number)", kind: .preview, ref: RefName("refs/pull/\(number)/head"), live: 2)
        }
        world.facts.pullRequests = [fork(42, isOpen: false)]
        #expect(world.intent("pr-42") == .delete)
        #expect(world.intent("pr-43") == .delete)
        // Unknown is not empty.
        world.facts.pullRequests = nil
        guard case .wait? = world.intent("pr-42") else {
            Issue.record("\(world.reason("pr-42"))")
            return
        }
    }

    @Test func manyThatAreClosedAtOnceNeedNobodysConsent() {
        var world = world()
        for number in 1...8 {
            world.environment("pr-\(number)", kind: .preview, ref: RefName("refs/pull/\(number)/head"), live: 2)
            world.head("refs/pull/\(number)/head", at: 2, absences: 2)
        }
        world.facts.pullRequests = (1...8).map { fork($0, isOpen: false) }
        #expect((1...8).allSatisfy { world.intent("pr-\($0)") == .delete })
    }

    @Test func aPolicyThatTurnsAgainstForksTakesTheirPreviews() {
        var world = world(.init())
        world.head("refs/pull/42/head", at: 2)
        world.environment("pr-42", kind: .preview, ref: RefName("refs/pull/42/head"), live: 2)
        world.facts.pullRequests = [fork(42)]
        #expect(world.intent("pr-42") == .delete)
        #expect(world.reason("pr-42").contains("forks: never"))
        world.environment("pr-42") { $0.hold = Hold(kind: .frozen, reason: "demo", since: .init(milliseconds: 0)) }
        #expect(world.intent("pr-42") != .delete)
    }

    @Test func bitbucketSaysWhyThereIsNone() {
        var world = world(host: .bitbucket)
        world.facts.pullRequests = [fork(42)]
        #expect(world.reason("pr-42").contains("are in a fork alone: Bitbucket"))
        allow(2, in: "pr-42", &world)
        guard case .wait? = world.intent("pr-42") else {
            Issue.record("\(world.reason("pr-42"))")
            return
        }
    }

    @Test func gitLabsHeadsAreElsewhere() {
        var world = world(host: .gitlab)
        world.head("refs/merge-requests/42/head", at: 2)
        world.facts.pullRequests = [fork(42)]
        allow(2, in: "pr-42", &world)
        #expect(world.wish("pr-42")?.ref == RefName("refs/merge-requests/42/head"))
        #expect(world.intent("pr-42") == .run(.number(2)))
    }

    @Test func aFloodOfThemTakesNoPlaceAndFillsNoListing() {
        var world = world(.init(preview: .init(limit: 3, forks: .ask)))
        for number in 1...50 { world.head("refs/pull/\(number)/head", at: 2) }
        world.facts.pullRequests = (1...50).map { fork($0) }
        for branch in ["one-branch", "two-branch", "three-branch"] { world.branch(branch, at: 3) }
        let wishes = world.decision.wishes.filter { $0.kind == .preview }
        #expect(wishes.filter { $0.intent == .run(.number(3)) }.count == 3)
        #expect(wishes.count { $0.environment.name.pullRequest != nil } == 3)
        // One that a person allowed takes its turn behind what is there.
        allow(2, in: "pr-1", &world)
        for branch in ["one-branch", "two-branch", "three-branch"] { world.preview(of: branch, at: 3) }
        guard case .wait(_, let gates)? = world.intent("pr-1") else {
            Issue.record("\(world.reason("pr-1"))")
            return
        }
        #expect(gates.map(\.kind) == [.limit])
    }

    @Test func withoutTheHostsWordFiltersDoNotApplyAndThatIsSaid() {
        var world = world(.init(preview: .init(forks: .ask, filter: .init(drafts: false, titles: ["!WIP*"]))))
        world.facts.forks.isDescribed = false
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42, isDraft: true)]
        allow(2, in: "pr-42", &world)
        #expect(world.intent("pr-42") == .run(.number(2)))
        #expect(world.reason("pr-42").contains("no filter applies"))
    }

    // Filters

    struct Row: Sendable, CustomTestStringConvertible {
        let filter: PullRequestFilter
        var isDraft = false
        var labels: [String] = []
        var title = "change"
        let passes: Bool
        var testDescription: String { "\(filter) \(isDraft) \(labels) \(title)" }
    }

    @Test(arguments: [
        Row(filter: .init(), isDraft: true, passes: true),
        Row(filter: .init(drafts: false), isDraft: true, passes: false),
        Row(filter: .init(drafts: false), passes: true),
        Row(filter: .init(labels: ["preview"]), passes: false),
        Row(filter: .init(labels: ["preview"]), labels: ["bug", "Preview"], passes: true),
        Row(filter: .init(labels: ["preview", "demo*"]), labels: ["demo-1"], passes: true),
        Row(filter: .init(labels: ["!no-preview"]), passes: true),
        Row(filter: .init(labels: ["!no-preview"]), labels: ["no-preview"], passes: false),
        Row(filter: .init(labels: ["preview", "!wip"]), labels: ["preview", "wip"], passes: false),
        Row(filter: .init(titles: ["!WIP*"]), title: "wip: a thing", passes: false),
        Row(filter: .init(titles: ["!WIP*"]), title: "a thing", passes: true),
        Row(filter: .init(titles: ["feat*"]), title: "Feat: a thing", passes: true),
        Row(filter: .init(titles: ["feat*"]), title: "fix: a thing", passes: false),
        Row(filter: .init(labels: [], titles: []), passes: true),
    ])
    func filtersDecideByWhatTheHostSays(_ row: Row) {
        var world = world(.init(preview: .init(branches: [], forks: .ask, filter: row.filter)))
        world.branch("feature-x", at: 2)
        world.facts.pullRequests = [
            request(7, from: "feature-x", isDraft: row.isDraft, labels: row.labels, title: row.title)
        ]
        #expect(world.intent("feature-x") == (row.passes ? .run(.number(2)) : nil))
        // What was admitted once goes when it is not any more.
        world.preview(of: "feature-x", at: 2)
        #expect(world.intent("feature-x") == (row.passes ? .run(.number(2)) : .delete))
    }

    @Test func aBranchThatAPatternAdmitsKeepsItsPreviewByThat() {
        var world = world(.init(preview: .init(branches: [RefPattern("feature-*")], filter: .init(drafts: false))))
        world.branch("feature-x", at: 2)
        world.preview(of: "feature-x", at: 2)
        world.facts.pullRequests = [request(7, from: "feature-x", isDraft: true)]
        #expect(world.intent("feature-x") == .run(.number(2)))
    }

    @Test func filtersDecideAboutForksToo() {
        var world = world(.init(preview: .init(forks: .ask, filter: .init(drafts: false))))
        world.head("refs/pull/42/head", at: 2)
        world.facts.pullRequests = [fork(42, isDraft: true)]
        #expect(world.intent("pr-42") == nil)
        world.environment("pr-42", kind: .preview, ref: RefName("refs/pull/42/head"), live: 2)
        #expect(world.intent("pr-42") == .delete)
        #expect(world.reason("pr-42").contains("pull request #42 is a draft"))
    }
}

extension World {
    /// Adds or moves the head of a pull request.
    mutating func head(_ name: String, at commit: Int, absences: Int = 0) {
        let name = RefName(name)
        let sequence = (facts.refs.map(\.sequence).max() ?? 0) + 1
        facts.refs.removeAll { $0.name == name }
        facts.refs.append(
            KnownRef(
                name: name, target: .number(commit), commit: .number(commit), isBaseline: false,
                firstSeen: Timestamp(milliseconds: sequence), movedAt: Timestamp(milliseconds: sequence),
                sequence: sequence, absences: absences))
    }
}
