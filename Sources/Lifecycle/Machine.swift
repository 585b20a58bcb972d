package import Dispatch
import Glibc

/// The machine below the daemon, as far as it decides anything: its clocks, its chance and its threads.
///
/// There is one, ``CurrentMachine``. A simulation puts its own in its place before anything runs.
package protocol Machine: Sendable {
    /// The monotonic clock.
    var now: ContinuousClock.Instant { get }
    /// The wall clock: milliseconds since 1970, UTC.
    var wallMilliseconds: Int64 { get }
    /// Sleeps until the moment on the monotonic clock; throws when the task is cancelled.
    func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError)
    /// A random number from 0 up to 1.
    func fraction() -> Double
    /// Runs a blocking body on a thread of its own; returns at once.
    func run(on queue: DispatchQueue, _ body: @escaping @Sendable () -> Void)
}

/// The machine that clocks, chance and threads come from.
package enum CurrentMachine {
    // Written once, by a simulation, before it starts its first task; otherwise never.
    nonisolated(unsafe) package static var value: any Machine = RealMachine()
}

/// This very machine.
private struct RealMachine: Machine {
    var now: ContinuousClock.Instant { .now }

    var wallMilliseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError) {
        do { try await Task.sleep(until: instant, clock: .continuous) } catch { throw CancellationError() }
    }

    func fraction() -> Double { Double.random(in: 0..<1) }

    func run(on queue: DispatchQueue, _ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }
}

/// The monotonic clock; for deadlines and order, never for records.
package enum SteadyClock {
    /// The moment it is.
    package static var now: ContinuousClock.Instant { CurrentMachine.value.now }

    /// Sleeps until the moment; throws when the task is cancelled.
    package static func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError) {
        try await CurrentMachine.value.sleep(until: instant)
    }

    /// Sleeps for that long; throws when the task is cancelled.
    package static func sleep(for duration: Duration) async throws(CancellationError) {
        try await sleep(until: now + duration)
    }
}

/// Chance, for jitter.
package enum Chance {
    /// A random number from 0 up to 1.
    package static func fraction() -> Double { CurrentMachine.value.fraction() }
}
