import Dispatch
import Glibc
import Synchronization

/// Turns SIGTERM and SIGINT into a ``StopSignal``; a second one ends the process at once.
package final class SignalWatch: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>

    /// Begins to watch; SIGPIPE is ignored from here on.
    package init(stop: StopSignal, onReload: @escaping @Sendable () -> Void = {}) {
        signal(SIGPIPE, SIG_IGN)
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: Self.handler(of: number, stop: stop, onReload: onReload))
            source.resume()
            sources.append(source)
        }
        self.sources = Mutex(sources)
    }

    private static func handler(
        of number: Int32, stop: StopSignal, onReload: @escaping @Sendable () -> Void
    ) -> @Sendable @convention(block) () -> Void {
        {
            if number == SIGHUP { return onReload() }
            if stop.isRaised { _exit(130) }
            stop.raise()
        }
    }
}
