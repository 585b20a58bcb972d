import HTTPServer
import Lifecycle
import Synchronization

/// The calls that may take long, bounded in number, and told when the daemon stops.
final class LongCalls: Sendable {
    private struct State {
        var running: [UInt64: Wake] = [:]
        var nextID: UInt64 = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Runs the body until it is done, its client leaves, or everything stops; then its task is cancelled.
    ///
    /// False when there are too many already; then the body does not run.
    func run(until responder: Responder, _ body: @escaping @Sendable () async -> Void) async -> Bool {
        let leave = Wake()
        guard let id = begin(leave) else { return false }
        defer { state.withLock { _ = $0.running.removeValue(forKey: id) } }
        responder.onDisconnect { leave.ring() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            group.addTask { await leave.wait(until: nil) }
            await group.next()
            group.cancelAll()
        }
        return true
    }

    /// Ends all of them; those that come later end at once.
    func stop() {
        let running = state.withLock { state in
            state.isStopping = true
            return Array(state.running.values)
        }
        for wake in running { wake.ring() }
    }

    private func begin(_ leave: Wake) -> UInt64? {
        state.withLock { state in
            guard state.running.count < limit else { return nil }
            if state.isStopping { leave.ring() }
            state.nextID += 1
            state.running[state.nextID] = leave
            return state.nextID
        }
    }
}
