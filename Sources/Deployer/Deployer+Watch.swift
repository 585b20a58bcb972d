import ContainerEngine
import Lifecycle
package import Model
import Synchronization

extension Deployer {
    /// Tells which environments' containers were started, ended or removed, until the task is cancelled.
    ///
    /// - Parameter onGap: called when events may have been missed, as when the engine goes or comes back: look at everything.
    package func watch(
        onChange: @escaping @Sendable (EnvironmentID) -> Void, onGap: @escaping @Sendable () -> Void = {}
    ) async {
        let failures = Mutex(0)
        while !Task.isCancelled {
            do throws(EngineError) {
                try await engine.events(labels: [Label.instance: instance]) {
                    failures.withLock { $0 = 0 }
                    onGap()
                } onEvent: { event in
                    guard event.kind != .other, let labels = LabelSet(event.labels) else { return }
                    onChange(labels.environment)
                }
            } catch {
                log.debug("the engine's events broke off: \(error.message)")
            }
            let count = failures.withLock { failures in
                failures += 1
                return failures
            }
            // A stream that ends is the first sign of an engine that is going away.
            if count == 1 { onGap() }
            let pause = Self.eventBackoff.pause(afterFailures: count, random: Chance.fraction())
            // Cancelled: the loop's condition sees it.
            try? await SteadyClock.sleep(for: pause)
        }
    }

    /// An engine that restarts is away for seconds; containers that ended meanwhile should not wait much longer.
    private static let eventBackoff = Backoff(first: .milliseconds(200), limit: .seconds(10), jitter: 0.1)
}
