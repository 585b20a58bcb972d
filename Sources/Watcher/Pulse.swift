import Dispatch
import Glibc

/// A Git child's sign of life: a byte on its standard error now and then, for as long as the process runs at all.
///
/// A remote that is silent has limits of its own. This is about the child: stopped, swapped out or stuck in the kernel, it
/// would hold its place until its deadline, which for a fetch is minutes away.
struct Pulse {
    /// A fraction of what its parent waits for.
    private static let interval = 2.0
    private let timer: any DispatchSourceTimer

    /// Begins.
    init() {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "slipway.git-child.pulse"))
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
        timer.setEventHandler { _ = write(2, ".", 1) }
        timer.activate()
    }

    /// Ends.
    func stop() { timer.cancel() }
}
