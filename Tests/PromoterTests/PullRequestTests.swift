import Model
import Promoter
import Testing

/// What pull requests add to the previews of branches.
struct PullRequestTests {
    private func request(
        _ number: Int, from branch: String, at commit: Int?, isFork: Bool = false, isOpen: Bool = true
    ) -> PullRequest {
        PullRequest(
            number: number, title: "change", author: "ada", head: .branch(branch), commit: commit.map { .number($0) },
            base: .branch("main"), isFork: isFork, isDraft: false, labels: [], isOpen: isOpen)
    }

    @Test func anOpenOneGivesAnOldBranchItsPreview() {
        var world = World()
        world.branch("old-work", at: 2, isBaseline: true)
        #expect(world.intent("old-work") == nil)
        world.facts.pullRequests = [request(1, from: "old-work", at: 2)]
        #expect(world.intent("old-work") == .run(.number(2)))
    }

    @Test func anOpenOneIsEnoughWherePatternsDoNotAdmitTheBranch() {
        var world = World(policy: .init(preview: .init(branches: [])))
        world.branch("fix-x", at: 2)
        #expect(world.intent("fix-x") == nil)
        world.facts.pullRequests = [request(1, from: "fix-x", at: 2)]
        #expect(world.intent("fix-x") == .run(.number(2)))
    }

    @Test func itIsNotEnoughWherePullRequestsAreSwitchedOff() {
        var world = World(policy: .init(preview: .init(branches: [], pullRequests: false)))
        world.branch("fix-x", at: 2)
        world.facts.pullRequests = [request(1, from: "fix-x", at: 2)]
        #expect(world.intent("fix-x") == nil)
    }

    @Test func whatNeverHasAPreviewByDefaultHasNoneBecauseOfIt() {
        var world = World()
        world.branch("dependabot/npm/a", at: 2)
        world.facts.pullRequests = [request(1, from: "dependabot/npm/a", at: 2)]
        #expect(!world.decision.wishes.contains { $0.kind == .preview })
    }

    @Test func aForksBranchOfTheSameNameMeansNothing() {
        var world = World(policy: .init(preview: .init(branches: [])))
        world.branch("fix-x", at: 2)
        world.facts.pullRequests = [request(1, from: "fix-x", at: 2, isFork: true)]
        #expect(world.intent("fix-x") == nil)
        world.preview(of: "fix-x", at: 2)
        world.facts.pullRequests = [request(1, from: "fix-x", at: 2, isFork: true, isOpen: false)]
        #expect(world.intent("fix-x") == .orphaned)
    }

    @Test func aClosedOneTakesThePreviewWithIt() {
        var world = World()
        world.branch("feature-x", at: 2)
        world.preview(of: "feature-x", at: 2)
        world.facts.pullRequests = [request(7, from: "feature-x", at: 2, isOpen: false)]
        #expect(world.intent("feature-x") == .delete)
        #expect(world.reason("feature-x").contains("#7"))
    }

    @Test func aBranchThatMovesAfterTheClosingHasAPreviewAgain() {
        var world = World()
        world.branch("feature-x", at: 3)
        world.facts.pullRequests = [request(7, from: "feature-x", at: 2, isOpen: false)]
        #expect(world.intent("feature-x") == .run(.number(3)))
    }

    @Test func aReopenedOrSecondOneKeepsThePreview() {
        var world = World()
        world.branch("feature-x", at: 2)
        world.preview(of: "feature-x", at: 2)
        world.facts.pullRequests = [
            request(7, from: "feature-x", at: 2, isOpen: false), request(8, from: "feature-x", at: 2),
        ]
        #expect(world.intent("feature-x") == .run(.number(2)))
    }

    @Test func aPersonMayAskForTheBranchOfAClosedOne() {
        var world = World()
        world.branch("feature-x", at: 2)
        world.facts.pullRequests = [request(7, from: "feature-x", at: 2, isOpen: false)]
        world.request("feature-x", 2)
        #expect(world.intent("feature-x") == .run(.number(2)))
    }

    @Test func aHeldPreviewOutlivesItsPullRequest() {
        var world = World()
        world.branch("feature-x", at: 2)
        world.preview(of: "feature-x", at: 2) {
            $0.hold = Hold(kind: .frozen, reason: "demo", since: Timestamp(milliseconds: 0))
        }
        world.facts.pullRequests = [request(7, from: "feature-x", at: 2, isOpen: false)]
        #expect(world.intent("feature-x") != .delete)
    }

    @Test func withoutTheHostsWordNothingChanges() {
        var world = World()
        world.branch("feature-x", at: 2)
        let before = world.decision.wishes
        world.facts.pullRequests = []
        #expect(world.decision.wishes == before)
    }
}
