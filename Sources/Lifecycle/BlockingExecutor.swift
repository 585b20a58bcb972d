import Dispatch

/// A named thread of execution for one actor that calls blocking C functions.
///
/// An actor names it as its `unownedExecutor`; so nothing that blocks runs on the cooperative pool.
/// Owned by the actor, and must outlive it.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes an executor whose name shows in debuggers: `slipway.store`.
    package init(name: String) { queue = DispatchQueue(label: name) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { unowned.runSynchronously(on: executor) }
    }

    /// Runs a body on the thread, behind whatever waits for it already; returns at once.
    package func run(_ body: @escaping @Sendable () -> Void) { queue.async(execute: body) }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
