import Daemon
import Model
import Testing

@Suite struct EnvironmentMachineTests {
    @Test func deploysACommitThatIsReady() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(1)))
    }

    @Test func waitsForACommitThatIsNotReadYet() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: nil)
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
    }

    @Test func notesACommitThatYieldsWhatRuns() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2, content: 1)))
        #expect(machine.next(at: Fixture.now) == .note(commit: Fixture.commit(2)))
        machine.noted(Fixture.commit(2), at: Fixture.now)
        #expect(machine.record.live?.commit == Fixture.commit(2))
        #expect(machine.record.healthy.map(\.commit) == [Fixture.commit(1), Fixture.commit(2)])
    }

    @Test func deploysTheSameContentAgainWhenTheConfigurationChanged() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.reconfigured(Fixture.digest(99))
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(1)))
    }

    @Test func aFailureThatStallsIsNotTriedAgainUntilAnotherCommitComes() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.began(Fixture.commit(1))
        machine.failed(Fixture.commit(1), Fixture.failure(.stall), at: Fixture.now) { _ in .seconds(1) }
        machine.swept()
        #expect(machine.next(at: Fixture.now.advanced(by: .seconds(86_400))) == .rest(until: nil))
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(2)))
    }

    @Test func whatAnEngineSaidOfABuildAsItWentIsTriedAgain() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.began(Fixture.commit(1))
        machine.failed(Fixture.commit(1), Fixture.failure(.stall), at: Fixture.now) { _ in .seconds(1) }
        machine.swept()
        let later = Fixture.now.advanced(by: EnvironmentMachine.dying)
        #expect(machine.next(at: later) == .rest(until: nil))
        machine.engineBroke(at: later.advanced(by: .milliseconds(1)))
        #expect(machine.next(at: later) == .rest(until: nil), "an engine that worked on for long meant what it said")
        machine.engineBroke(at: later)
        #expect(machine.next(at: later) == .deploy(Fixture.candidate(1)))
    }

    @Test func whatAFailureWasForIsTriedAtOnceWhenThatHasGone() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.began(Fixture.commit(1))
        let failure = Fixture.failure(.retry(after: nil))
        machine.failed(Fixture.commit(1), failure, at: Fixture.now) { _ in .seconds(300) }
        machine.swept()
        let later = Fixture.now.advanced(by: .seconds(10))
        machine.cameBack([.proxyUnavailable], at: later)
        #expect(machine.next(at: later) == .rest(until: Fixture.now.advanced(by: .seconds(300))))
        machine.cameBack([failure.reason], at: later)
        #expect(machine.next(at: later) == .deploy(Fixture.candidate(1)))
        // What is not tried again by itself is not either because of this.
        machine.failed(Fixture.commit(1), Fixture.failure(.stall), at: later) { _ in .seconds(300) }
        machine.swept()
        machine.cameBack([failure.reason], at: later)
        #expect(machine.next(at: later) == .rest(until: nil))
    }

    @Test func aCommitWithoutRoomWaitsWhileTheRestGoesOn() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        machine.obstructed(Fixture.commit(2), by: Gate(kind: .disk, blocker: "full"))
        machine.stirred()
        #expect(machine.next(at: Fixture.now) == .repair)
        machine.beganLook()
        machine.repaired()
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        machine.held(nil, pinned: Fixture.digest(7))
        #expect(machine.next(at: Fixture.now) == .restore(release: Fixture.digest(7)))
        machine.held(nil, pinned: nil)
        machine.wished(Fixture.wish(.run(Fixture.commit(3))), finding: .ready(Fixture.candidate(3)))
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(3)))
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        machine.unobstructed()
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(2)))
    }

    @Test func aPassingFailureIsTriedAgainAfterItsPause() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.swept()
        var pauses: [Int] = []
        for _ in 1...3 {
            machine.failed(Fixture.commit(1), Fixture.failure(.retry(after: nil)), at: Fixture.now) { failures in
                pauses.append(failures)
                return .seconds(Int64(failures))
            }
        }
        #expect(pauses == [1, 2, 3])
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: Fixture.now.advanced(by: .seconds(3))))
        #expect(machine.next(at: Fixture.now.advanced(by: .seconds(3))) == .deploy(Fixture.candidate(1)))
    }

    @Test func aFailureKeepsTheLiveReleaseAndLooksAfterIt() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        machine.failed(Fixture.commit(2), Fixture.failure(.stall), at: Fixture.now) { _ in .seconds(1) }
        #expect(machine.record.live?.commit == Fixture.commit(1))
        #expect(machine.next(at: Fixture.now) == .repair)
    }

    @Test func whatHappensDuringALookTakesAnotherOne() {
        var machine = Fixture.live(1)
        machine.beganLook()
        machine.stirred()
        machine.repaired()
        #expect(machine.next(at: Fixture.now) == .repair)
        machine.beganLook()
        machine.repaired()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        // Looking found that something is left to remove.
        machine.repaired(hasLeftovers: true)
        #expect(machine.next(at: Fixture.now) == .sweep)
    }

    @Test func givingUpOnPurposeIsNoFailure() {
        var machine = Fixture.machine()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.began(Fixture.commit(1))
        machine.failed(Fixture.commit(1), .cancelled, at: Fixture.now) { _ in .seconds(1) }
        #expect(machine.record.failed == nil)
        #expect(machine.record.inProgress == nil)
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(1)))
    }

    @Test func aHoldLeavesWhatRunsAlone() {
        var machine = Fixture.live(1)
        machine.repaired()
        machine.swept()
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        machine.held(Hold(kind: .frozen, reason: "fair week", since: Fixture.now), pinned: nil)
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        #expect(machine.target == nil)
        machine.held(nil, pinned: nil)
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(2)))
    }

    @Test func aRollbackRestoresItsReleaseAndStaysThere() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.held(Hold(kind: .rolledBack, reason: "bad", since: Fixture.now), pinned: Fixture.digest(7))
        #expect(machine.next(at: Fixture.now) == .restore(release: Fixture.digest(7)))
        #expect(machine.target == nil)
    }

    @Test func promotesTheVeryReleaseOfAnotherEnvironment() {
        var machine = Fixture.machine()
        machine.wished(
            Fixture.wish(.promote(commit: Fixture.commit(1), release: Fixture.digest(5))), finding: nil)
        #expect(machine.next(at: Fixture.now) == .promote(commit: Fixture.commit(1), release: Fixture.digest(5)))
    }

    @Test func aTagThatGoesWhileItsReleaseIsDeployedDoesNotTakeProductionBack() {
        let id = EnvironmentID(project: Fixture.id.project, name: .production)
        var machine = EnvironmentMachine(
            record: EnvironmentRecord(id: id, kind: .production, ref: .tag("v1.0.0"), createdAt: Fixture.now),
            configuration: Fixture.digest(50))
        func release(_ number: Int) -> EnvironmentRecord.LiveRelease {
            .init(
                release: Fixture.digest(number), content: Fixture.digest(1000 + number),
                configuration: Fixture.digest(50), commit: Fixture.commit(number), since: Fixture.now,
                deployment: Int64(number))
        }
        func wish(_ tag: String, _ number: Int) -> EnvironmentWish {
            EnvironmentWish(
                environment: id, kind: .production, ref: .tag(tag),
                intent: .promote(commit: Fixture.commit(number), release: Fixture.digest(number)), reason: tag)
        }
        machine.becameLive(release(1), for: .tag("v1.0.0"))
        machine.wished(wish("v2.0.0", 2), finding: nil)
        machine.began(Fixture.commit(2))
        // The tag goes: production is to run what it still runs at that moment.
        machine.wished(wish("v1.0.0", 1), finding: nil)
        machine.becameLive(release(2), for: .tag("v2.0.0"))
        #expect(machine.record.ref == .tag("v2.0.0"))
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        // Nothing else was asked for meanwhile: then it is as it was wished.
        machine.wished(wish("v2.0.0", 2), finding: nil)
        machine.becameLive(release(2), for: .tag("v2.0.0"))
        #expect(machine.wish?.ref == .tag("v2.0.0"))
    }

    @Test func removalComesBeforeEverythingElse() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.delete), finding: nil)
        #expect(machine.next(at: Fixture.now) == .remove)
        machine.sweepFailed(at: Fixture.now) { _ in .seconds(2) }
        #expect(machine.next(at: Fixture.now) == .rest(until: Fixture.now.advanced(by: .seconds(2))))
    }

    @Test func somethingThatStirredIsLookedAtAtOnce() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.repaired()
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        machine.stirred()
        #expect(machine.next(at: Fixture.now) == .repair)
    }

    @Test func aCommitThatCannotBeRunIsRefusedOnce() {
        let failure = FailureRecord(Fixture.failure(.stall))
        var machine = Fixture.machine()
        machine.swept()
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .refused(failure))
        #expect(machine.next(at: Fixture.now) == .refuse(commit: Fixture.commit(1), failure))
        machine.failed(Fixture.commit(1), Fixture.failure(.stall), at: Fixture.now) { _ in .seconds(1) }
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
    }

    @Test func rememberedHealthyCommitsAreBounded() {
        var machine = Fixture.live(0)
        for number in 1...300 { machine.noted(Fixture.commit(number), at: Fixture.now) }
        #expect(machine.record.healthy.count == 100)
        #expect(machine.record.healthy.last?.commit == Fixture.commit(300))
    }
}

/// Values of these tests, with all defaults.
enum Fixture {
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static func hex(_ number: Int, _ width: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: width - text.count) + text
    }

    static func commit(_ number: Int) -> ObjectID { ObjectID(hex(number, 40)) ?? .zero }

    static func digest(_ number: Int) -> Digest {
        guard let digest = Digest(hex(number, 64)) else { preconditionFailure("64 digits") }
        return digest
    }

    static func candidate(_ number: Int, content: Int? = nil) -> Candidate {
        Candidate(commit: commit(number), services: [], content: digest(1000 + (content ?? number)))
    }

    static func wish(_ intent: EnvironmentWish.Intent) -> EnvironmentWish {
        EnvironmentWish(environment: id, kind: .staging, ref: .branch("main"), intent: intent, reason: "because")
    }

    static func failure(_ verdict: StageFailure.Verdict) -> StageFailure {
        StageFailure(reason: .buildFailed, verdict: verdict, message: "it failed")
    }

    static var id: EnvironmentID {
        guard let project = ProjectName("shop") else { preconditionFailure("a plain name") }
        return EnvironmentID(project: project, name: .staging)
    }

    static func machine() -> EnvironmentMachine {
        EnvironmentMachine(
            record: EnvironmentRecord(id: id, kind: .staging, ref: .branch("main"), createdAt: now),
            configuration: digest(50))
    }

    static func live(_ number: Int) -> EnvironmentMachine {
        var machine = machine()
        machine.becameLive(
            .init(
                release: digest(number), content: digest(1000 + number), configuration: digest(50),
                commit: commit(number), since: now, deployment: 1))
        return machine
    }
}
