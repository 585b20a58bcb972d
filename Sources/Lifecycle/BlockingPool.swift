import Dispatch
import Synchronization

/// A bounded number of threads for blocking calls that belong to no actor.
///
/// Calls beyond the width wait in order. A call that is cancelled is told through its own means
/// (a `Cancellation` of its overlay): at once while it runs, before it begins when it still waited.
package final class BlockingPool: Sendable {
    private struct State {
        /// The threads that have nothing to do.
        var idle: [Int]
        var waiting: [CheckedContinuation<Int, Never>] = []
    }

    private let state: Mutex<State>
    /// Serial queues, because those get threads of their own. A concurrent queue shares its few threads with
    /// Swift's tasks on Linux (both use the root queue that does not overcommit), which a blocked call would starve.
    private let threads: [DispatchQueue]

    /// Makes a pool of at most `width` threads, named for debuggers.
    package init(name: String, width: Int) {
        precondition(width > 0, "a pool needs at least one thread")
        state = Mutex(State(idle: Array((0..<width).reversed())))
        threads = (1...width).map { DispatchQueue(label: "\(name).\($0)") }
    }

    /// Runs a blocking body on a thread of the pool and returns what it returns.
    ///
    /// - Parameter onCancel: called at once, from any thread, when the surrounding task is cancelled
    ///   while the body runs, and before the body when it was cancelled earlier. It must make the body return early.
    package func run<Value: Sendable, Failure: Error>(
        onCancel: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let thread = await enter()
        defer { leave(thread) }
        let result: Result<Value, Failure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                threads[thread].async {
                    continuation.resume(returning: Result { () throws(Failure) -> Value in try body() })
                }
            }
        } onCancel: {
            onCancel()
        }
        return try result.get()
    }

    private func enter() async -> Int {
        await withCheckedContinuation { (continuation: CheckedContinuation<Int, Never>) in
            let thread = state.withLock { state -> Int? in
                if let thread = state.idle.popLast() { return thread }
                state.waiting.append(continuation)
                return nil
            }
            if let thread { continuation.resume(returning: thread) }
        }
    }

    private func leave(_ thread: Int) {
        let next = state.withLock { state -> CheckedContinuation<Int, Never>? in
            guard !state.waiting.isEmpty else {
                state.idle.append(thread)
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume(returning: thread)
    }
}
