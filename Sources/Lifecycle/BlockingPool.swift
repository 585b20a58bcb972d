import Dispatch
import Synchronization

/// A bounded number of threads for blocking calls that belong to no actor.
///
/// Calls beyond the width wait in order. A call that is cancelled while it waits never runs;
/// one that runs is told through its own means (a `Cancellation` of its overlay).
package final class BlockingPool: Sendable {
    private struct State {
        var running = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())
    private let width: Int
    private let queue: DispatchQueue

    /// Makes a pool of at most `width` threads, named for debuggers.
    package init(name: String, width: Int) {
        precondition(width > 0, "a pool needs at least one thread")
        self.width = width
        queue = DispatchQueue(label: name, attributes: .concurrent)
    }

    /// Runs a blocking body on a thread of the pool and returns what it returns.
    ///
    /// - Parameter onCancel: called at once, from any thread, when the surrounding task is cancelled
    ///   while the body runs. It must make the body return early.
    package func run<Value: Sendable, Failure: Error>(
        onCancel: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        await enter()
        defer { leave() }
        let result: Result<Value, Failure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: Result { () throws(Failure) -> Value in try body() })
                }
            }
        } onCancel: {
            onCancel()
        }
        return try result.get()
    }

    private func enter() async {
        _ = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            let runsNow = state.withLock { state in
                if state.running < width {
                    state.running += 1
                    return true
                }
                state.waiting.append((state.nextID, continuation))
                state.nextID += 1
                return false
            }
            if runsNow { continuation.resume(returning: true) }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
