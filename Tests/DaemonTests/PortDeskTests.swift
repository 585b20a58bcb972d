import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Daemon

/// Ports are lent once, rest for a day, and are known to the next start.
struct PortDeskTests {
    private final class Clock: Sendable {
        private let stored = Mutex(Fixture.now)
        var now: Timestamp { stored.withLock { $0 } }
        func advance(by duration: Duration) { stored.withLock { $0 = $0.advanced(by: duration) } }
    }

    private let directory: TemporaryDirectory
    private let ledger: Ledger
    private let clock = Clock()

    init() async throws {
        directory = try TemporaryDirectory()
        ledger = Ledger(path: directory.path(of: "slipway.db"))
        _ = try await ledger.open(now: Fixture.now)
    }

    private func desk(_ range: ClosedRange<Int> = 20_000...20_001) async throws -> PortDesk {
        let clock = clock
        return PortDesk(
            range: range, leases: try await ledger.portLeases(), records: ledger, isUnused: { _ in true },
            now: { clock.now })
    }

    @Test func aPortThatWasGivenBackRestsForADay() async throws {
        let desk = try await desk()
        let (one, two) = (try await desk.port(for: "one"), try await desk.port(for: "two"))
        #expect(Set([one, two]) == [20_000, 20_001])
        #expect(try await desk.port(for: "one") == one, "it keeps its own")
        await desk.release(port: one)
        await #expect(throws: StageFailure.self) { try await desk.port(for: "three") }
        clock.advance(by: .seconds(24 * 3600))
        #expect(try await desk.port(for: "three") == one)
    }

    @Test func theNextStartKnowsWhatIsLentAndWhatRests() async throws {
        let first = try await desk()
        let (one, two) = (try await first.port(for: "one"), try await first.port(for: "two"))
        await first.release(port: two)
        let next = try await desk()
        #expect(try await next.port(for: "one") == one)
        await #expect(throws: StageFailure.self) { try await next.port(for: "three") }
        // A container of before is no proof against the records: the port rests all the same.
        await next.found(["two": two])
        await #expect(throws: StageFailure.self) { try await next.port(for: "two") }
        clock.advance(by: .seconds(24 * 3600))
        #expect(try await next.port(for: "two") == two)
    }

    @Test func aPortThatAContainerHasIsTakenInWhereNothingIsKnownOfIt() async throws {
        let desk = try await desk()
        await desk.found(["one": 20_001])
        #expect(try await desk.port(for: "one") == 20_001)
        #expect(try await desk.port(for: "two") == 20_000)
        #expect(try await ledger.portLeases().contains { $0.container == "one" && $0.releasedAt == nil })
    }
}
