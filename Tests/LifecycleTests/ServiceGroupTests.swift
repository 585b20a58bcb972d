import Lifecycle
import Synchronization
import Testing

/// Writes down what happens to it.
private final class Recorder: Sendable {
    private let stored = Mutex<[String]>([])
    var lines: [String] { stored.withLock { $0 } }
    func add(_ line: String) { stored.withLock { $0.append(line) } }
}

private struct Polite: Service {
    let name: String
    let recorder: Recorder

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        await wake.wait(until: nil)
        recorder.add(name)
    }
}

/// Ends only when it is cancelled.
private struct Stubborn: Service {
    let name = "stubborn"
    let recorder: Recorder

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        await wake.wait(until: nil)
        recorder.add(Task.isCancelled ? "cancelled" : "woken")
    }
}

/// Ends never, until the test lets it.
private struct Deaf: Service {
    let name = "deaf"
    let release: StopSignal

    func run(until stop: StopSignal) async throws {
        await withCheckedContinuation { continuation in release.onRaise { continuation.resume() } }
    }
}

private struct Failing: Service {
    struct Broken: Error, Equatable {}
    let name = "failing"
    func run(until stop: StopSignal) async throws { throw Broken() }
}

private struct Ending: Service {
    let name = "ending"
    func run(until stop: StopSignal) async throws {}
}

struct ServiceGroupTests {
    private let recorder = Recorder()
    private let stop = StopSignal()

    private func group(_ services: [any Service], limit: Duration = .seconds(60)) -> ServiceGroup {
        ServiceGroup(services: services, stopLimit: limit, log: .silent)
    }

    @Test func stopsInReverseOrder() async throws {
        let services = ["store", "watcher", "console"].map { Polite(name: $0, recorder: recorder) }
        stop.raise()
        try await group(services).run(until: stop)
        #expect(recorder.lines == ["console", "watcher", "store"])
    }

    @Test func oneFailureStopsAllAndIsThrown() async {
        await #expect(throws: Failing.Broken()) {
            try await group([Polite(name: "store", recorder: recorder), Failing()]).run(until: stop)
        }
        #expect(recorder.lines == ["store"])
        #expect(stop.isRaised)
    }

    @Test func serviceThatEndsStopsTheRest() async throws {
        try await group([Ending(), Polite(name: "store", recorder: recorder)]).run(until: stop)
        #expect(recorder.lines == ["store"])
    }

    @Test func serviceThatDoesNotStopIsCancelledAfterTheLimit() async throws {
        stop.raise()
        let services: [any Service] = [Polite(name: "store", recorder: recorder), Stubborn(recorder: recorder)]
        try await group(services, limit: .milliseconds(200)).run(until: stop)
        #expect(recorder.lines == ["cancelled", "store"])
    }

    @Test func serviceThatIgnoresCancellationDoesNotHoldTheRest() async throws {
        let release = StopSignal()
        stop.raise()
        let services: [any Service] = [Polite(name: "store", recorder: recorder), Deaf(release: release)]
        try await group(services, limit: .milliseconds(200)).run(until: stop)
        #expect(recorder.lines == ["store"])
        release.raise()
    }

    @Test func allTogetherHaveOneLimit() async throws {
        let release = StopSignal()
        stop.raise()
        let deaf = [Deaf(release: release), Deaf(release: release), Deaf(release: release), Deaf(release: release)]
        let start = ContinuousClock.now
        try await group([Polite(name: "store", recorder: recorder)] + deaf, limit: .seconds(20)).run(until: stop)
        // One after the other, each with a limit of its own, would take eighty seconds and more.
        #expect(ContinuousClock.now - start < .seconds(75))
        #expect(recorder.lines == ["store"])
        release.raise()
    }

    @Test func signalCallsEachHandlerOnce() {
        let signal = StopSignal()
        signal.onRaise { recorder.add("before") }
        signal.raise()
        signal.raise()
        signal.onRaise { recorder.add("after") }
        #expect(recorder.lines == ["before", "after"])
    }
}
