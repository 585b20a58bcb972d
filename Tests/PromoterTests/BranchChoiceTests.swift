import Model
import Promoter
import Testing

struct BranchChoiceTests {
    @Test func defaultBranchRunsInStagingFromTheStart() {
        let world = World()
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(world.reason("staging") == "branch 'main' is at 0000001")
        #expect(world.wish("staging")?.ref == .branch("main"))
        #expect(world.intent("development") == nil)
    }

    @Test func developRunsInDevelopmentIfThereIsOne() {
        var world = World()
        world.branch("develop", at: 2, isBaseline: true)
        #expect(world.intent("development") == .run(.number(2)))
    }

    @Test func manifestNamesTheBranches() {
        var world = World(
            policy: .init(
                development: .init(branch: .named("next")), staging: .init(branch: .named("release/1"))))
        world.branch("next", at: 2)
        world.branch("release/1", at: 3)
        #expect(world.intent("development") == .run(.number(2)))
        #expect(world.intent("staging") == .run(.number(3)))
        #expect(world.decision.wishes.filter { $0.kind == .preview }.isEmpty)
    }

    @Test func namedBranchThatIsGoneIsAClearMistakeAndWhatRunsStays() {
        var world = World(policy: .init(staging: .init(branch: .named("release"))))
        world.branch("release", at: 2, absences: 2)
        world.environment("staging", ref: .branch("release"), live: 2)
        guard case .wait(nil, let gates) = world.intent("staging") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.policy])
        #expect(
            world.reason("staging")
                == "slipway.yml says staging follows branch 'release', which does not exist (the default branch is 'main')"
        )
    }

    @Test func branchMissingOnceStillRuns() {
        var world = World()
        world.branch("main", at: 1, absences: 1)
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(world.reason("staging").contains("the last listing"))
        #expect(!world.decision.wantedRefs.contains(.branch("main")))
    }

    @Test func defaultedDevelopThatIsGoneIsOrphaned() {
        var world = World()
        world.branch("develop", at: 2, absences: 2)
        world.environment("development", ref: .branch("develop"), live: 2)
        #expect(world.intent("development") == .orphaned)
        #expect(world.reason("development").contains("slipway env delete shop development"))
    }

    @Test(arguments: ["staging", "development", "production"])
    func environmentThatThePolicyNoLongerHasIsOrphaned(name: String) {
        var world = World(policy: .init(development: nil, staging: nil, production: nil))
        #expect(world.intent(name) == nil)
        world.environment(name, live: 1)
        #expect(world.intent(name) == .orphaned)
    }

    @Test func headWithoutBranchWaits() {
        var world = World(defaultBranch: nil)
        world.facts.refs = []
        guard case .wait(nil, let gates) = world.intent("staging") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.revision])
        world.facts.defaultBranch = .branch("main")
        #expect(world.reason("staging") == "the repository's HEAD names branch 'main', which does not exist")
    }

    @Test func renamedDefaultBranchIsFollowedWithANote() {
        var world = World()
        world.branch("main", at: 1, absences: 2)
        world.branch("trunk", at: 2)
        world.facts.defaultBranch = .branch("trunk")
        world.environment("staging", ref: .branch("main"), live: 1)
        #expect(world.intent("staging") == .run(.number(2)))
        #expect(world.reason("staging").contains("was branch 'main' before"))
        #expect(world.wish("staging")?.ref == .branch("trunk"))
    }

    @Test func personsRequestWinsUntilTheBranchMoves() {
        var world = World()
        world.branch("main", at: 2)
        world.request("staging", 1)
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(
            world.reason("staging") == "a person asked for 0000001; the next push to branch 'main' replaces it")
        world.branch("feature", at: 5)
        #expect(world.intent("staging") == .run(.number(1)))
        world.branch("main", at: 3)
        #expect(world.intent("staging") == .run(.number(3)))
    }

    @Test func commitThatATagWaitsForIsFinishedFirst() {
        var world = World()
        world.tag("v1.0.0", at: 1)
        world.branch("main", at: 2)
        world.environment("staging", ref: .branch("main")) { $0.inProgress = .number(1) }
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(world.reason("staging").hasPrefix("tag v1.0.0 waits for 0000001; branch 'main' is at 0000002"))
        #expect(world.reason("production") == "tag v1.0.0 waits for staging, which is deploying 0000001")
    }

    @Test func sameContentInProgressIsFinishedFirstToo() {
        var world = World()
        world.tag("v1.0.0", at: 9)
        world.branch("main", at: 2)
        world.environment("staging", ref: .branch("main")) { $0.inProgress = .number(1) }
        #expect(world.intent("staging") == .run(.number(2)))
        world.read(9)
        world.read(1, content: 9)
        #expect(world.intent("staging") == .run(.number(1)))
    }

    @Test func awaitedCommitGivesWayOnceItIsHealthyOrHasFailed() {
        var world = World()
        world.tag("v1.0.0", at: 1)
        world.branch("main", at: 2)
        var failed = world
        failed.environment("staging", ref: .branch("main")) {
            $0.inProgress = .number(1)
            $0.fail(1, "no health")
        }
        #expect(failed.intent("staging") == .run(.number(2)))
        world.environment("staging", ref: .branch("main"), live: 1) { $0.inProgress = .number(1) }
        #expect(world.intent("staging") == .run(.number(2)))
    }

    @Test func supersedesACommitNobodyWaitsFor() {
        var world = World()
        world.branch("main", at: 2)
        world.environment("staging", ref: .branch("main")) { $0.inProgress = .number(1) }
        #expect(world.intent("staging") == .run(.number(2)))
    }

    @Test func failedCommitIsStillWishedAndSaysWhy() {
        var world = World()
        world.environment("staging", ref: .branch("main")) { $0.fail(1, "exit 1") }
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(
            world.reason("staging")
                == "branch 'main' is at 0000001; its deployment failed (exit 1) and a new commit is needed")
        world.environment("staging") { $0.fail(1, "engine away", isRetried: true) }
        #expect(world.reason("staging").hasSuffix("its deployment failed (engine away) and it is tried again"))
    }

    @Test func refusedCommitSaysWhy() {
        var world = World()
        world.refuse(1, "slipway.yml:1:1: unknown field")
        #expect(world.intent("staging") == .run(.number(1)))
        #expect(world.reason("staging").hasSuffix("it cannot be run: slipway.yml:1:1: unknown field"))
    }
}
