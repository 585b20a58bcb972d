import Synchronization

/// A coalescing alarm for one loop: any number of rings while the loop works cause one more pass.
package final class Wake: Sendable {
    private struct State {
        var isRung = false
        var sleeper: CheckedContinuation<Void, Never>?
        var timer: Task<Void, Never>?
        var generation = 0
    }

    private let state = Mutex(State())

    /// Makes an alarm that has not rung.
    package init() {}

    /// Rings; wakes the loop now, or makes its next wait return at once.
    package func ring() {
        let (sleeper, timer) = state.withLock { state in
            guard let sleeper = state.sleeper else {
                state.isRung = true
                return (nil, nil) as (CheckedContinuation<Void, Never>?, Task<Void, Never>?)
            }
            let timer = state.timer
            state.sleeper = nil
            state.timer = nil
            state.generation += 1
            return (sleeper, timer)
        }
        timer?.cancel()
        sleeper?.resume()
    }

    /// Waits until the alarm rings, the deadline passes or the task is cancelled. One waiter at a time.
    package func wait(until deadline: Deadline?) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let generation = state.withLock { state -> Int? in
                    precondition(state.sleeper == nil, "a Wake has one waiter")
                    if state.isRung || Task.isCancelled {
                        state.isRung = false
                        return nil
                    }
                    state.sleeper = continuation
                    return state.generation
                }
                guard let generation else { return continuation.resume() }
                guard let deadline else { return }
                let timer = Task {
                    try? await SteadyClock.sleep(until: deadline.instant)
                    expire(generation)
                }
                let isLate = state.withLock { state in
                    guard state.generation == generation else { return true }
                    state.timer = timer
                    return false
                }
                if isLate { timer.cancel() }
            }
        } onCancel: {
            ring()
        }
    }

    /// Ends the wait that a timer was started for, unless it has ended already.
    private func expire(_ generation: Int) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.generation == generation, let sleeper = state.sleeper else { return nil }
            state.sleeper = nil
            state.timer = nil
            state.generation += 1
            return sleeper
        }
        sleeper?.resume()
    }
}
