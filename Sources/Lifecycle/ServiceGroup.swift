import Synchronization

/// A part of the daemon that runs until it is asked to stop.
package protocol Service: Sendable {
    /// Its name in the log.
    var name: String { get }

    /// Runs until `stop` is raised, then finishes the step at hand and returns.
    ///
    /// Cancellation of the task means: give up now. Throwing ends the daemon.
    func run(until stop: StopSignal) async throws
}

/// Raised once, to ask services to finish.
package final class StopSignal: Sendable {
    private struct State {
        var isRaised = false
        var handlers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// Makes a signal that is not raised.
    package init() {}

    /// Whether it has been raised.
    package var isRaised: Bool { state.withLock { $0.isRaised } }

    /// Raises it; a second time does nothing.
    package func raise() {
        let handlers = state.withLock { state -> [@Sendable () -> Void] in
            guard !state.isRaised else { return [] }
            state.isRaised = true
            defer { state.handlers = [] }
            return state.handlers
        }
        for handler in handlers { handler() }
    }

    /// Calls the handler once when the signal is raised; at once if it has been.
    package func onRaise(_ handler: @escaping @Sendable () -> Void) {
        let callNow = state.withLock { state in
            if !state.isRaised { state.handlers.append(handler) }
            return state.isRaised
        }
        if callNow { handler() }
    }
}

/// Runs services side by side; stops them in the reverse order of their list, all of them within a bound.
package struct ServiceGroup: Sendable {
    /// In the order of dependency: a service may use those before it.
    package let services: [any Service]
    /// How long all of them together may take to stop before those that are left are cancelled.
    package let stopLimit: Duration
    /// Where starts and stops are written.
    package let log: Log

    /// How long a service that was cancelled is waited for.
    private static let cancelLimit = Duration.milliseconds(500)
    /// How long those may take together whose turn to stop came when the time was over.
    private static let lateLimit = Duration.seconds(1)

    /// A group as given.
    package init(services: [any Service], stopLimit: Duration, log: Log) {
        self.services = services
        self.stopLimit = stopLimit
        self.log = log
    }

    /// Runs every service until `stop` is raised or one of them ends; then stops all and returns, or throws what it threw.
    ///
    /// A service that does not even end when it is cancelled is left behind: the process is about to exit.
    package func run(until stop: StopSignal) async throws {
        let failure = FirstFailure()
        let running = services.map { service in
            let signal = StopSignal()
            let done = StopSignal()
            let task = Task {
                do {
                    try await service.run(until: signal)
                } catch is CancellationError {
                    // Given up after its limit: the group has said so already.
                } catch {
                    failure.record(error)
                    log.error("\(service.name) failed: \(error)")
                }
                done.raise()
                stop.raise()
            }
            return Running(service: service, signal: signal, done: done, task: task)
        }
        let stopped = Wake()
        stop.onRaise { stopped.ring() }
        await stopped.wait(until: nil)
        await end(running)
        if let error = failure.value { throw error }
    }

    private struct Running {
        let service: any Service
        let signal: StopSignal
        let done: StopSignal
        let task: Task<Void, Never>
    }

    /// Stops one after the other while there is time; then what is left at once.
    private func end(_ running: [Running]) async {
        let limit = Deadline.after(stopLimit)
        var left = Array(running.reversed())
        while let entry = left.first {
            entry.signal.raise()
            await wait(for: entry.done, until: limit)
            left.removeFirst()
            guard !entry.done.isRaised else { continue }
            await cancel([entry])
            break
        }
        for entry in left { entry.signal.raise() }
        let last = Deadline.after(Self.lateLimit)
        for entry in left { await wait(for: entry.done, until: last) }
        await cancel(left.filter { !$0.done.isRaised })
    }

    private func cancel(_ entries: [Running]) async {
        for entry in entries {
            log.warning("\(entry.service.name) did not stop within \(stopLimit) and is cancelled")
            entry.task.cancel()
        }
        let limit = Deadline.after(Self.cancelLimit)
        for entry in entries {
            await wait(for: entry.done, until: limit)
            if !entry.done.isRaised { log.error("\(entry.service.name) ignores its cancellation and is left behind") }
        }
    }

    /// Waits for the signal, but no longer than the limit.
    private func wait(for signal: StopSignal, until limit: Deadline) async {
        let alarm = Wake()
        signal.onRaise { alarm.ring() }
        // A task of its own: when the group's is cancelled, services still get their time.
        await Task { await alarm.wait(until: limit) }.value
    }
}

/// The first error of several tasks.
private final class FirstFailure: Sendable {
    private let stored = Mutex<(any Error)?>(nil)

    var value: (any Error)? { stored.withLock { $0 } }

    func record(_ error: any Error) { stored.withLock { $0 = $0 ?? error } }
}
