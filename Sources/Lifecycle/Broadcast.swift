import Synchronization

/// Tells any number of waiters that something changed.
///
/// A waiter names the generation it has seen, so a change between looking and waiting is not missed.
package final class Broadcast: Sendable {
    private struct State {
        var generation: UInt64 = 0
        var waiters: [UInt64: Wake] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Makes a broadcast nobody waits for.
    package init() {}

    /// Grows with every change.
    package var generation: UInt64 { state.withLock { $0.generation } }

    /// Says that something changed.
    package func notify() {
        let waiters = state.withLock { state in
            state.generation += 1
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.ring() }
    }

    /// Waits until the generation is past the one seen, the deadline passes or the task is cancelled.
    package func wait(after seen: UInt64, until deadline: Deadline?) async {
        let wake = Wake()
        let id = state.withLock { state -> UInt64? in
            guard state.generation == seen else { return nil }
            state.nextWaiter += 1
            state.waiters[state.nextWaiter] = wake
            return state.nextWaiter
        }
        guard let id else { return }
        await wake.wait(until: deadline)
        state.withLock { _ = $0.waiters.removeValue(forKey: id) }
    }
}
