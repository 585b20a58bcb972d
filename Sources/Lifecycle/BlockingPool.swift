import Dispatch
import Synchronization

/// A bounded number of threads for blocking calls that belong to no actor.
///
/// Calls beyond the width wait in order. A call that is cancelled is told through its own means (a
/// `Cancellation` of its overlay); one cancelled while it waited is told as soon as its turn has come.
package final class BlockingPool: Sendable {
    private struct State {
        var idle: [DispatchQueue] = []
        var count = 0
        var waiting: [CheckedContinuation<DispatchQueue, Never>] = []
    }

    private let state = Mutex(State())
    private let name: String
    private let width: Int

    /// Makes a pool of at most `width` threads, named for debuggers.
    package init(name: String, width: Int) {
        precondition(width > 0, "a pool needs at least one thread")
        self.name = name
        self.width = width
    }

    /// Runs a blocking body on a thread of the pool and returns what it returns.
    ///
    /// - Parameter onCancel: called at once, from any thread, when the surrounding task is cancelled
    ///   while the body runs. It must make the body return early.
    package func run<Value: Sendable, Failure: Error>(
        onCancel: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let queue = await enter()
        defer { leave(queue) }
        let slot = CrashWitness.slot
        let result: Result<Value, Failure> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                CurrentMachine.value.run(on: queue) {
                    continuation.resume(
                        returning: Result { () throws(Failure) -> Value in
                            try CrashWitness.carrying(slot) { () throws(Failure) in try body() }
                        })
                }
            }
        } onCancel: {
            onCancel()
        }
        return try result.get()
    }

    /// Starts a blocking body on a thread of the pool and returns as soon as it has one.
    ///
    /// For what may outlast its caller. Whoever calls must have other means to end it.
    package func start(_ body: @escaping @Sendable () -> Void) async {
        let queue = await enter()
        let slot = CrashWitness.slot
        CurrentMachine.value.run(on: queue) { [self] in
            CrashWitness.carrying(slot, body)
            leave(queue)
        }
    }

    // One serial queue for every thread: they get a thread at once. A concurrent queue of libdispatch on Linux
    // has as many threads as the machine has processors, and one more for every second that all of them block.
    private func enter() async -> DispatchQueue {
        await withCheckedContinuation { continuation in
            let queue = state.withLock { state -> DispatchQueue? in
                if let queue = state.idle.popLast() { return queue }
                if state.count < width {
                    state.count += 1
                    return DispatchQueue(label: name)
                }
                state.waiting.append(continuation)
                return nil
            }
            if let queue { continuation.resume(returning: queue) }
        }
    }

    private func leave(_ queue: DispatchQueue) {
        let next = state.withLock { state -> CheckedContinuation<DispatchQueue, Never>? in
            guard !state.waiting.isEmpty else {
                state.idle.append(queue)
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume(returning: queue)
    }
}
