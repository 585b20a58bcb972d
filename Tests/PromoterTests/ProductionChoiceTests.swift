import Model
import Promoter
import Testing

struct ProductionChoiceTests {
    /// Main at commit 1, healthy in staging.
    static func staged(policy: ProductionPolicy? = .init()) -> World {
        var world = World(policy: .init(production: policy))
        world.environment("staging", ref: .branch("main"), live: 1)
        return world
    }

    @Test func tagPromotesTheVeryReleaseThatStagingRan() {
        var world = Self.staged()
        world.tag("v1.0.0", at: 1)
        #expect(
            world.intent("production")
                == .promote(commit: .number(1), release: .release(of: .number(1))))
        #expect(world.wish("production")?.ref == .tag("v1.0.0"))
        #expect(world.reason("production") == "tag v1.0.0 names 0000001, healthy in staging")
    }

    @Test func sameContentMeetsTheGate() {
        var world = Self.staged()
        world.tag("v1.0.0", at: 7)
        guard case .wait = world.intent("production") else { return #expect(Bool(false)) }
        #expect(world.decision.neededCommits.contains(.number(7)))
        world.read(7, content: 1)
        #expect(
            world.intent("production")
                == .promote(commit: .number(7), release: .release(of: .number(1))))
    }

    @Test func sameCommitComesBeforeSameContent() {
        var world = Self.staged()
        world.environment("staging", healthy: [5])
        world.environment("staging") { $0.ran(6, content: .number(5)) }
        world.environment("staging") { record in record.healthy[2].release = .number(77) }
        world.tag("v1.0.0", at: 5)
        #expect(
            world.intent("production")
                == .promote(commit: .number(5), release: .release(of: .number(5))))
    }

    @Test func productionThatRunsTheTagKeepsItsReleaseWhenStagingForgets() {
        var world = World()
        world.tag("v1.0.0", at: 1)
        world.environment("production", ref: .tag("v1.0.0"), live: 1)
        #expect(
            world.intent("production")
                == .promote(commit: .number(1), release: .release(of: .number(1))))
    }

    @Test func noTagWaitsForOne() {
        let world = Self.staged(policy: .init(tags: RefPattern("release-*")))
        guard case .wait(nil, let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(
            gates == [
                Gate(
                    kind: .revision,
                    blocker: "no tag that matches 'release-*' is a release's semantic version yet",
                    remedy: "push a tag such as release-1.0.0")
            ])
    }

    @Test func withoutAGateTheTagIsRun() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.tag("v1.0.0", at: 4)
        #expect(world.intent("production") == .run(.number(4)))
        #expect(world.decision.wantedRefs.contains(.tag("v1.0.0")))
        #expect(world.decision.neededCommits.contains(.number(4)))
    }

    @Test func gateMayBeAnotherEnvironment() {
        var world = Self.staged(policy: .init(after: .development))
        world.tag("v1.0.0", at: 1)
        #expect(
            world.reason("production")
                == "tag v1.0.0 waits for development, and there is no environment 'development'")
        world.environment("development", ref: .branch("develop"), live: 1)
        #expect(
            world.intent("production")
                == .promote(commit: .number(1), release: .release(of: .number(1))))
    }

    @Test func baselineTagAsksAndSaysHow() {
        var world = Self.staged()
        world.tag("v3.4.2", at: 1, isBaseline: true)
        guard case .wait(.number(1), let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(
            gates == [
                Gate(
                    kind: .confirmation, blocker: "v3.4.2 predates Slipway",
                    remedy: "`slipway deploy shop production \(ObjectID.number(1))` promotes it")
            ])
        world.request("production", 1)
        #expect(
            world.intent("production")
                == .promote(commit: .number(1), release: .release(of: .number(1))))
        #expect(world.wish("production")?.ref == .tag("v3.4.2"))
    }

    @Test func baselineTagThatRunsIsNoQuestion() {
        var world = Self.staged()
        world.tag("v3.4.2", at: 1, isBaseline: true)
        world.environment("production", ref: .tag("v3.4.2"), live: 1)
        #expect(
            world.intent("production")
                == .promote(commit: .number(1), release: .release(of: .number(1))))
    }

    @Test func movedTagBlocksAndNamesBothCommits() {
        var world = Self.staged()
        world.tag("v1.0.0", at: 1, movedTo: 9)
        guard case .wait(.number(1), let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.confirmation])
        #expect(
            world.reason("production")
                == "tag v1.0.0 was moved from 0000001 to 0000009 after it was first seen")
        world.environment("production", ref: .tag("v1.0.0"), live: 1)
        guard case .wait = world.intent("production") else { return #expect(Bool(false)) }
        world.tag("v1.0.1", at: 1)
        guard case .promote = world.intent("production") else { return #expect(Bool(false)) }
    }

    @Test func requestStillNeedsTheGate() {
        var world = Self.staged()
        world.request("production", 8)
        guard case .wait(.number(8), let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.after, .facts])
        #expect(
            gates[0].blocker
                == "a person's request waits for staging, which has not run 0000008 and goes on to 0000001")
    }

    @Test func newerTagOvertakesARequest() {
        var world = Self.staged()
        world.environment("staging", healthy: [2])
        world.tag("v1.0.0", at: 1)
        world.request("production", 2)
        guard case .promote(.number(2), _) = world.intent("production") else { return #expect(Bool(false)) }
        world.tag("v0.9.0", at: 3)
        guard case .promote(.number(2), _) = world.intent("production") else { return #expect(Bool(false)) }
        world.tag("v1.1.0", at: 1)
        guard case .promote(.number(1), _) = world.intent("production") else { return #expect(Bool(false)) }
    }

    @Test func renamedDefaultBranchAsksBeforeProductionChanges() {
        var world = Self.staged()
        world.tag("v1.0.0", at: 1)
        world.branch("trunk", at: 1)
        world.facts.defaultBranch = .branch("trunk")
        guard case .wait(.number(1), let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.confirmation])
        #expect(gates[0].remedy?.contains("slipway approve shop default-branch") == true)
        var running = world
        running.environment("production", ref: .tag("v1.0.0"), live: 1)
        guard case .promote = running.intent("production") else { return #expect(Bool(false)) }
        world.facts.confirmedDefaultBranch = .branch("trunk")
        guard case .promote = world.intent("production") else { return #expect(Bool(false)) }
    }

    @Test func deletedTagNeverRollsProductionBack() {
        var world = Self.staged()
        world.environment("staging", healthy: [2])
        world.tag("v1.0.0", at: 1)
        world.tag("v1.1.0", at: 2, absences: 2)
        world.environment("production", ref: .tag("v1.1.0"), live: 2)
        #expect(world.intent("production") == .orphaned)
        #expect(world.reason("production").hasPrefix("tag v1.1.0 is gone from the repository, and v1.0.0 is lower"))
        world.facts.refs.removeAll { $0.name == .tag("v1.0.0") }
        #expect(world.intent("production") == .orphaned)
        world.tag("v1.2.0", at: 1)
        guard case .promote(.number(1), _) = world.intent("production") else { return #expect(Bool(false)) }
    }

    @Test func lowerTagNeverReplacesWhatAPersonPutThere() {
        var world = Self.staged()
        world.environment("staging", healthy: [2])
        world.tag("v2.0.0-rc.1", at: 2)
        world.tag("v1.0.0", at: 1)
        world.environment("production", ref: .tag("v2.0.0-rc.1"), live: 2)
        #expect(world.reason("production") == "v1.0.0 is lower than v2.0.0-rc.1, which runs (0000002)")
    }

    @Test func tagFromBeforeNeverReplacesACommitAPersonAskedFor() {
        var world = Self.staged()
        world.tag("v1.0.0", at: 1)
        world.environment("production", live: 5)
        guard case .wait(.number(1), let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(gates.map(\.kind) == [.confirmation])
        world.environment("production") { $0.live?.since = Timestamp(milliseconds: 0) }
        guard case .promote(.number(1), _) = world.intent("production") else { return #expect(Bool(false)) }
    }

    @Test func livePolicyHoldsUntilTheNextRelease() {
        var world = World(policy: .init(production: .init(after: nil)))
        world.facts.livePolicy = .init()
        world.tag("v1.0.0", at: 5)
        guard case .wait(.number(5), let gates) = world.intent("production") else { return #expect(Bool(false)) }
        #expect(gates.first?.kind == .after)
        #expect(world.reason("production").contains("takes effect with the next release"))
    }

    @Test func holdWins() {
        var world = Self.staged()
        let hold = Hold(kind: .rolledBack, reason: "errors", since: Timestamp(milliseconds: 0))
        world.tag("v1.0.0", at: 1)
        world.environment("production", ref: .tag("v0.9.0"), live: 3) { $0.hold = hold }
        #expect(world.intent("production") == .held(hold))
        #expect(world.reason("production").hasPrefix("rolled back and held by a person: errors; `slipway resume shop"))
    }
}
