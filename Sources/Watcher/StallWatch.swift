import Dispatch
import Synchronization

/// Notices in a Git child that a fetch does not get on: libgit2 1.5 has no timeouts of its own.
final class StallWatch: Sendable {
    /// When there was the last sign of life; nil while there is nothing to wait for.
    private let last = Mutex<ContinuousClock.Instant?>(nil)
    private let limit: Duration
    private let onStall: @Sendable () -> Void

    /// Calls `onStall` once nothing was noted for so long; from another thread.
    init(limit: Duration, onStall: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.onStall = onStall
        check()
    }

    /// There is something to wait for.
    func begin() { last.withLock { $0 = .now } }

    /// A sign of life.
    func note() { last.withLock { $0 = .now } }

    /// There is nothing to wait for any more.
    func end() { last.withLock { $0 = nil } }

    private func check() {
        let rest = last.withLock { last in last.map { limit - ($0.duration(to: .now)) } ?? limit }
        if rest <= .zero { return onStall() }
        let nanoseconds = rest.components.seconds * 1_000_000_000 + rest.components.attoseconds / 1_000_000_000
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(nanoseconds))) { self.check() }
    }
}
