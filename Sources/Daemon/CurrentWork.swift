import Lifecycle
import Synchronization

/// The work an actor has in hand, so that others can interrupt it from outside the actor.
final class CurrentWork: Sendable {
    private let signal = Mutex<StopSignal?>(nil)

    /// Begins work; the signal is raised to interrupt it.
    func begin() -> StopSignal {
        let fresh = StopSignal()
        signal.withLock { $0 = fresh }
        return fresh
    }

    /// Interrupts what is in hand, if anything is.
    func interrupt() { signal.withLock { $0 }?.raise() }

    /// The work in hand ended.
    func end() { signal.withLock { $0 = nil } }
}
