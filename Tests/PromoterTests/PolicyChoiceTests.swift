import Model
import Promoter
import Testing

struct PolicyChoiceTests {
    @Test func invalidPolicyGivesWayToTheLastGoodOne() {
        var world = World()
        world.facts.policy = .invalid(message: "3:5 unknown field", lastGood: .init())
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(
            world.reason("staging")
                == "branch 'main' is at 0000001; slipway.yml on branch 'main' has mistakes (3:5 unknown field), "
                + "so its last good policy applies")
    }

    @Test func invalidPolicyWithoutALastGoodOneWaits() {
        var world = World()
        world.facts.policy = .invalid(message: "3:5 unknown field", lastGood: nil)
        world.branch("feature", at: 2)
        world.tag("v1.0.0", at: 1)
        guard case .wait(.number(1), let gates) = world.intent("staging") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.policy])
        #expect(world.decision.wishes.count == 1)
        #expect(world.decision.wantedRefs == [.branch("main")])
    }

    @Test func emptyRepositoryWaitsForACommit() {
        var world = World()
        world.facts.refs = []
        world.facts.policy = .unknown
        #expect(world.reason("staging") == "no commit has been seen in the repository yet")
        #expect(world.decision.wantedRefs.isEmpty)
        #expect(world.decision.neededCommits.isEmpty)
    }

    @Test func nothingReadYetLeavesEverythingAsItIs() {
        var world = World()
        world.facts.policy = .unknown
        world.facts.defaultBranch = .branch("main")
        for name in ["staging", "production", "development"] { world.environment(name, live: 1) }
        world.preview(of: "feature", at: 2)
        #expect(world.decision.wishes.count == 4)
        for wish in world.decision.wishes {
            guard case .wait(nil, let gates) = wish.intent else { return #expect(Bool(false), "\(wish)") }
            #expect(gates.map(\.kind) == [.facts])
        }
        #expect(world.decision.wantedRefs == [.branch("main")])
    }

    @Test func detachedHeadIsSaid() {
        var world = World()
        world.facts.policy = .unknown
        world.facts.defaultBranch = nil
        #expect(world.reason("staging") == "the repository's HEAD names no branch")
    }

    @Test func holdsApplyWithoutAPolicyToo() {
        var world = World()
        let hold = Hold(kind: .adopted, reason: "runs 1.2", since: Timestamp(milliseconds: 0))
        world.facts.policy = .unknown
        world.environment("production", live: 1) { $0.hold = hold }
        #expect(world.intent("production") == .held(hold))
    }
}
