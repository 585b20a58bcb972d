import CCurl
import Synchronization

/// Ends calls from any thread: those under way at once, and those that begin later.
package final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// The addresses of the multi handles that run under it. Addresses, because a pointer may not be
        /// shared; used only while the lock is held, and taken out before the handle is freed.
        var handles: [UInt] = []
    }

    private let state = Mutex(State())

    /// Makes one that has not happened.
    package init() {}

    /// Whether it has happened.
    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Ends every call under way with it; a second time does nothing.
    package func cancel() {
        state.withLock { state in
            state.isCancelled = true
            // curl_multi_wakeup(3): may be called from any thread, and is the only function that may.
            for address in state.handles { curl_multi_wakeup(UnsafeMutableRawPointer(bitPattern: address)) }
        }
    }

    func enter(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        state.withLock { $0.handles.append(address) }
    }

    func leave(_ multi: UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        state.withLock { state in
            if let index = state.handles.firstIndex(of: address) { state.handles.remove(at: index) }
        }
    }
}
