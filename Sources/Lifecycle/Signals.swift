import Dispatch
import Glibc
import Synchronization

/// Turns SIGTERM and SIGINT into a ``StopSignal``; a second one ends the process at once.
package final class SignalWatch: Sendable {
    /// Registration takes microseconds; without it signals still work a little later.
    private static let registrationLimit = DispatchTimeInterval.seconds(1)

    private let sources: Mutex<[any DispatchSourceSignal]>

    /// Begins to watch; SIGPIPE is ignored from here on. A signal that comes after this returns is not lost.
    package init(stop: StopSignal, onReload: @escaping @Sendable () -> Void = {}) {
        signal(SIGPIPE, SIG_IGN)
        let registered = DispatchGroup()
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: Self.handler(of: number, stop: stop, onReload: onReload))
            // An ignored signal is thrown away by the kernel until the source has registered its signalfd(2).
            registered.enter()
            source.setRegistrationHandler { registered.leave() }
            source.resume()
            sources.append(source)
        }
        self.sources = Mutex(sources)
        _ = registered.wait(timeout: .now() + Self.registrationLimit)
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
