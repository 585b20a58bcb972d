import Model
import Promoter
import Testing

struct PreviewChoiceTests {
    @Test func branchThatMovesGetsAPreview() {
        var world = World()
        world.branch("feature-x", at: 2)
        #expect(world.intent("feature-x") == .run(.number(2)))
        #expect(world.wish("feature-x")?.kind == .preview)
        #expect(world.reason("feature-x") == "branch 'feature-x' is at 0000002")
    }

    @Test func branchAlreadyThereGetsOneWhenItNextMoves() {
        var world = World()
        world.branch("old-work", at: 2, isBaseline: true)
        #expect(world.intent("old-work") == nil)
        #expect(!world.decision.wantedRefs.contains(.branch("old-work")))
        world.branch("old-work", at: 3)
        #expect(world.intent("old-work") == .run(.number(3)))
    }

    @Test func adoptedPreviewStaysThoughItsBranchIsBaseline() {
        var world = World()
        world.branch("old-work", at: 3, isBaseline: true)
        world.preview(of: "old-work", at: 2)
        #expect(world.intent("old-work") == .run(.number(3)))
    }

    @Test func personMayAskForAPreviewOfABaselineBranch() {
        var world = World()
        world.branch("old-work", at: 3, isBaseline: true)
        world.request("old-work", 3)
        #expect(world.intent("old-work") == .run(.number(3)))
    }

    @Test func dismissedPreviewComesBackOnlyWithAnotherCommit() {
        var world = World()
        world.branch("feature-x", at: 2)
        world.facts.dismissed = [.named("feature-x"): .number(2)]
        #expect(world.intent("feature-x") == nil)
        world.branch("feature-x", at: 3)
        #expect(world.intent("feature-x") == .run(.number(3)))
    }

    @Test func dismissedPreviewTakesNoOtherOnesPlace() {
        var world = World(policy: .init(preview: .init(limit: 1)))
        world.branch("feature-x", at: 2)
        world.branch("feature-y", at: 3)
        world.facts.dismissed = [.named("feature-y"): .number(3)]
        #expect(world.intent("feature-x") == .run(.number(2)))
    }

    @Test func personMayAskForAPreviewThatWasDismissed() {
        var world = World()
        world.branch("feature-x", at: 2)
        world.facts.dismissed = [.named("feature-x"): .number(2)]
        world.request("feature-x", 2)
        #expect(world.intent("feature-x") == .run(.number(2)))
    }

    struct Admission: Sendable, CustomTestStringConvertible {
        let branch: String
        let patterns: [String]?
        let isAdmitted: Bool
        var testDescription: String { "\(branch) under \(patterns ?? ["default"])" }
    }

    @Test(arguments: [
        Admission(branch: "feature/x", patterns: nil, isAdmitted: true),
        Admission(branch: "dependabot/npm/a", patterns: nil, isAdmitted: false),
        Admission(branch: "renovate/a", patterns: nil, isAdmitted: false),
        Admission(branch: "gh-pages", patterns: nil, isAdmitted: false),
        Admission(branch: "gh-readonly-queue/main/pr-1", patterns: nil, isAdmitted: false),
        Admission(branch: "feature/x", patterns: ["feature/*"], isAdmitted: true),
        Admission(branch: "fix/x", patterns: ["feature/*"], isAdmitted: false),
        Admission(branch: "fix/x", patterns: ["feature/*", "fix/?"], isAdmitted: true),
        Admission(branch: "renovate/a", patterns: ["renovate/*"], isAdmitted: true),
        Admission(branch: "feature/x", patterns: [], isAdmitted: false),
    ])
    func patternsAdmitBranches(_ row: Admission) {
        let patterns = row.patterns?.map { RefPattern($0) }
        var world = World(policy: .init(preview: .init(branches: patterns)))
        world.branch(row.branch, at: 2)
        #expect(world.decision.wishes.contains { $0.kind == .preview } == row.isAdmitted)
    }

    @Test func branchesOfOtherEnvironmentsHaveNoPreview() {
        var world = World(policy: .init(preview: .init(branches: [RefPattern("*")])))
        world.branch("main", at: 2)
        world.branch("develop", at: 3)
        #expect(world.decision.wishes.filter { $0.kind == .preview }.isEmpty)
    }

    @Test func namesDependOnTheRefAlone() {
        var world = World()
        world.branch("feature/a", at: 2)
        world.branch("feature-a", at: 3)
        world.branch("Feature/A", at: 4)
        let names = world.decision.wishes.filter { $0.kind == .preview }.map(\.environment.name)
        #expect(Set(names).count == 3)
        #expect(names.contains(.named("feature-a")))
        #expect(names.allSatisfy { $0.rawValue.hasPrefix("feature-a") })
    }

    @Test func newestMovedComeFirstUnderTheLimit() {
        var world = World(policy: .init(preview: .init(limit: 2)))
        world.branch("one", at: 2)
        world.branch("two", at: 3)
        world.branch("three", at: 4)
        #expect(world.intent("three") == .run(.number(4)))
        #expect(world.intent("two") == .run(.number(3)))
        guard case .wait(.number(2), let gates) = world.intent("one") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.limit])
        #expect(world.reason("one") == "shop has its 2 previews (environments.preview.limit)")
        #expect(!world.decision.neededCommits.contains(.number(2)))
    }

    @Test func previewThatExistsIsNotTakenAwayByANewerBranch() {
        var world = World(policy: .init(preview: .init(limit: 2)))
        world.branch("one", at: 2)
        world.preview(of: "one", at: 2)
        world.branch("two", at: 3)
        world.branch("three", at: 4)
        #expect(world.intent("one") == .run(.number(2)))
        #expect(world.intent("three") == .run(.number(4)))
        guard case .wait(.number(3), _) = world.intent("two") else { return #expect(Bool(false)) }
    }

    @Test func branchMissingOnceKeepsItsPreview() {
        var world = World()
        world.branch("feature", at: 2, absences: 1)
        world.preview(of: "feature", at: 2)
        #expect(world.intent("feature") == .run(.number(2)))
    }

    @Test func branchMissingTwiceLosesItsPreview() {
        var world = World()
        world.branch("feature", at: 2, absences: 2)
        world.preview(of: "feature", at: 2)
        #expect(world.intent("feature") == .delete)
        #expect(world.reason("feature") == "branch 'feature' is gone from the repository")
    }

    @Test func branchThatWasNeverListedKeepsItsPreview() {
        var world = World()
        world.preview(of: "feature", at: 2)
        guard case .wait(nil, let gates) = world.intent("feature") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.facts])
    }

    @Test func previewWithoutAKnownBranchIsNeverDeleted() {
        var world = World()
        world.environment("mystery", kind: .preview, live: 2)
        guard case .wait = world.intent("mystery") else { return #expect(Bool(false)) }
    }

    @Test func previewsSwitchedOffAreOrphanedNotDeleted() {
        var world = World(policy: .init(preview: nil))
        world.branch("feature", at: 2)
        #expect(world.intent("feature") == nil)
        world.preview(of: "feature", at: 2)
        #expect(world.intent("feature") == .orphaned)
    }

    @Test func previewOfABranchThatStagingFollowsNowIsOrphaned() {
        var world = World()
        world.branch("trunk", at: 2)
        world.preview(of: "trunk", at: 2)
        world.facts.defaultBranch = .branch("trunk")
        #expect(world.intent("trunk") == .orphaned)
        #expect(world.reason("trunk").hasPrefix("branch 'trunk' runs in another environment now"))
    }

    @Test func holdKeepsAPreviewWhoseBranchIsGone() {
        var world = World()
        let hold = Hold(kind: .frozen, reason: "demo on Friday", since: Timestamp(milliseconds: 0))
        world.branch("feature", at: 2, absences: 2)
        world.preview(of: "feature", at: 2) { $0.hold = hold }
        #expect(world.intent("feature") == .held(hold))
        #expect(
            world.reason("feature")
                == "held by a person: demo on Friday; `slipway resume shop feature` lifts the hold; "
                + "without it: branch 'feature' is gone from the repository")
    }

    @Test func holdNamesTheNewerCommitThatItKeepsAway() {
        var world = World()
        let hold = Hold(kind: .frozen, reason: "demo on Friday", since: Timestamp(milliseconds: 0))
        world.branch("feature", at: 3)
        world.preview(of: "feature", at: 2) { $0.hold = hold }
        #expect(world.intent("feature") == .held(hold))
        #expect(world.reason("feature").contains("without it \(ObjectID.number(3).short) would run: "))
    }
}
