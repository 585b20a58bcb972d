import ContainerEngine
import Lifecycle
package import Model
import Synchronization

extension Deployer {
    /// Tells which environments' containers were started, ended or removed, until the task is cancelled.
    ///
    /// - Parameter onTurn: called for each container that was started or ended.
    /// - Parameter onBreak: called when the engine has ended what it was telling: it goes, or has gone.
    /// - Parameter onGap: called when events may have been missed, as when the engine goes or comes back: look at everything.
    package func watch(
        onChange: @escaping @Sendable (EnvironmentID) -> Void,
        onTurn: @escaping @Sendable (ContainerTurn) -> Void = { _ in }, onGap: @escaping @Sendable () -> Void = {},
        onBreak: @escaping @Sendable () -> Void = {}
    ) async {
        let failures = Mutex(0)
        while !Task.isCancelled {
            do throws(EngineError) {
                try await engine.events(labels: [Label.instance: instance]) {
                    failures.withLock { $0 = 0 }
                    onGap()
                } onEvent: { event in
                    guard event.kind != .other, let labels = self.labelReader.read(event.labels, of: event.containerID)
                    else { return }
                    if event.kind == .started || event.kind == .died {
                        onTurn(
                            ContainerTurn(
                                environment: labels.environment, container: event.name, release: labels.release,
                                hasEnded: event.kind == .died, exitCode: event.exitCode))
                    }
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
            if count == 1, !Task.isCancelled {
                onBreak()
                onGap()
            }
            let pause = Self.eventBackoff.pause(afterFailures: count, random: Chance.fraction())
            // Cancelled: the loop's condition sees it.
            try? await SteadyClock.sleep(for: pause)
        }
    }

    /// An engine that restarts is away for seconds; containers that ended meanwhile should not wait much longer.
    private static let eventBackoff = Backoff(first: .milliseconds(200), limit: .seconds(10), jitter: 0.1)
}

/// A container was started, or ended.
package struct ContainerTurn: Sendable, Hashable {
    /// Whose it is.
    package var environment: EnvironmentID
    /// Its name.
    package var container: String
    /// The release it runs.
    package var release: Digest?
    /// Whether it ended; else it was started.
    package var hasEnded: Bool
    /// With which status it ended, where the engine says so.
    package var exitCode: Int?

    /// A turn as given.
    package init(
        environment: EnvironmentID, container: String, release: Digest?, hasEnded: Bool, exitCode: Int? = nil
    ) {
        self.environment = environment
        self.container = container
        self.release = release
        self.hasEnded = hasEnded
        self.exitCode = exitCode
    }
}
