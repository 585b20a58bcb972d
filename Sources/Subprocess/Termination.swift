import Glibc
import Synchronization

/// Ends a running process from another thread: its whole process group is killed, at once.
///
/// May be given to one run after another. Once raised it stays so, and later runs end at their start.
package final class Termination: Sendable {
    private struct State {
        var isRaised = false
        var group: pid_t?
    }

    private let state = Mutex(State())

    /// Makes one that is not raised.
    package init() {}

    /// Kills the process that runs under it; or the next one, as soon as it is started.
    package func terminate() {
        state.withLock { state in
            state.isRaised = true
            if let group = state.group { kill(-group, SIGKILL) }
        }
    }

    /// Whether it was raised.
    package var isRaised: Bool { state.withLock { $0.isRaised } }

    /// From here on the group is killed by ``terminate()``.
    func adopt(_ group: pid_t) {
        state.withLock { state in
            state.group = group
            if state.isRaised { kill(-group, SIGKILL) }
        }
    }

    /// To be called before the process is waited for: afterwards its number may belong to another.
    func release() { state.withLock { $0.group = nil } }
}
