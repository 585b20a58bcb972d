import Model
import Testing

@testable import Daemon

/// An environment that a person switches off stays off, and is ready when it is switched on.
struct StoppingTests {
    private let stop = EnvironmentRecord.Stop(by: "ada", since: Fixture.now)

    private func stopped() -> EnvironmentMachine {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.stopped(stop)
        return machine
    }

    @Test func whatRunsGoesAndStaysAway() {
        var machine = stopped()
        #expect(machine.next(at: Fixture.now) == .halt)
        machine.repairFailed(at: Fixture.now) { _ in .seconds(2) }
        #expect(machine.next(at: Fixture.now) == .rest(until: Fixture.now.advanced(by: .seconds(2))))
        machine.beganLook()
        machine.halted()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        // Whatever comes up again goes again.
        machine.stirred()
        #expect(machine.next(at: Fixture.now) == .halt)
    }

    @Test func aPushIsBuiltOnceAndNotRun() {
        var machine = stopped()
        machine.beganLook()
        machine.halted()
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        #expect(machine.next(at: Fixture.now) == .prepare(Fixture.candidate(2)))
        #expect(machine.target == Fixture.commit(2))
        machine.prepared(Fixture.commit(2))
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
        machine.wished(Fixture.wish(.run(Fixture.commit(3))), finding: .ready(Fixture.candidate(3)))
        machine.failed(Fixture.commit(3), Fixture.failure(.stall), at: Fixture.now) { _ in .seconds(1) }
        machine.beganLook()
        machine.halted()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
    }

    @Test func switchedOnItRunsTheNewestOrWhatItRan() {
        var machine = stopped()
        machine.beganLook()
        machine.halted()
        machine.stopped(nil)
        #expect(machine.next(at: Fixture.now) == .repair)
        machine.stopped(stop)
        machine.beganLook()
        machine.halted()
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        machine.stopped(nil)
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(2)))
    }

    @Test func itIsRemovedAllTheSame() {
        var machine = stopped()
        machine.wished(Fixture.wish(.delete), finding: nil)
        #expect(machine.next(at: Fixture.now) == .remove)
    }

    @Test func onceMoreIsAnotherAttemptOrANewStart() {
        var machine = Fixture.live(1)
        machine.wished(Fixture.wish(.run(Fixture.commit(2))), finding: .ready(Fixture.candidate(2)))
        machine.failed(Fixture.commit(2), Fixture.failure(.stall), at: Fixture.now) { _ in .seconds(1) }
        machine.redeployed()
        #expect(machine.next(at: Fixture.now) == .deploy(Fixture.candidate(2)))
        machine.wished(Fixture.wish(.run(Fixture.commit(1))), finding: .ready(Fixture.candidate(1)))
        machine.redeployed()
        #expect(machine.next(at: Fixture.now) == .halt)
        machine.beganLook()
        machine.halted()
        #expect(machine.next(at: Fixture.now) == .repair)
        _ = machine.beginRepair(at: Fixture.now)
        machine.repaired()
        machine.swept()
        #expect(machine.next(at: Fixture.now) == .rest(until: nil))
    }
}
