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

/// Runs services side by side; stops them in the reverse order of their list, within a bound.
package struct ServiceGroup: Sendable {
    /// In the order of dependency: a service may use those before it.
    package let services: [any Service]
    /// How long each service may take to stop before it is cancelled.
    package let stopLimit: Duration
    /// Where starts and stops are written.
    package let log: Log

    /// A group as given.
    package init(services: [any Service], stopLimit: Duration, log: Log) {
        self.services = services
        self.stopLimit = stopLimit
        self.log = log
    }

    /// Runs every service until `stop` is raised or one of them throws; then stops all and returns, or throws what it threw.
    package func run(until stop: StopSignal) async throws {
        let failure = FirstFailure()
        let running = services.map { service in
            let signal = StopSignal()
            let done = Wake()
            let task = Task {
                do {
                    try await service.run(until: signal)
                } catch is CancellationError {
                    // Given up after its limit: the group has said so already.
                } catch {
                    failure.record(error)
                    log.error("\(service.name) failed: \(error)")
                }
                done.ring()
                stop.raise()
            }
            return (service: service, signal: signal, done: done, task: task)
        }
        let stopped = Wake()
        stop.onRaise { stopped.ring() }
        await stopped.wait(until: nil)
        for entry in running.reversed() {
            entry.signal.raise()
            await entry.done.wait(until: .after(stopLimit))
            entry.task.cancel()
            await entry.task.value
        }
        if let error = failure.value { throw error }
    }
}

/// The first error of several tasks.
private final class FirstFailure: Sendable {
    private let stored = Mutex<(any Error)?>(nil)

    var value: (any Error)? { stored.withLock { $0 } }

    func record(_ error: any Error) { stored.withLock { $0 = $0 ?? error } }
}
