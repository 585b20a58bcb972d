import Config
import Deployer
import Lifecycle
import Model

/// Sees that the proxy runs and has the routes it should, and says when it does not.
actor FrontDoor: Service {
    nonisolated let name = "front door"
    /// What is shown of it: "managed Caddy on port 8080".
    nonisolated let partName: String
    /// Where routes are set.
    nonisolated let router: Router
    private let program: (any ProxyProgram)?
    private let changes: Broadcast
    private let fence: Fence
    private let log: Log
    /// Called when the proxy can be used again.
    private let onReturn: @Sendable () async -> Void
    private var failures = 0
    /// Why the proxy cannot be used; nil while it can.
    private(set) var problem: String?

    /// Whether the proxy has been seen with its routes.
    private var hasAnswered = false

    /// Why the proxy cannot be counted on now; nil while it can.
    var unreadiness: String? { problem ?? (hasAnswered ? nil : "the proxy has not answered yet") }

    /// The time between two looks: a proxy that was restarted by hand has its routes back after this long.
    private static let interval = Duration.seconds(2)
    private static let backoff = Backoff(first: .milliseconds(500), limit: .seconds(10), jitter: 0.1)

    /// - Parameters:
    ///   - program: what starts the proxy where it does not run; nil: somebody else does.
    ///   - onReturn: called when the proxy can be used again after it could not.
    init(
        router: Router, program: (any ProxyProgram)?, partName: String, changes: Broadcast, fence: Fence, log: Log,
        onReturn: @escaping @Sendable () async -> Void
    ) {
        self.onReturn = onReturn
        self.fence = fence
        self.router = router
        self.program = program
        self.partName = partName
        self.changes = changes
        self.log = log
    }

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        var isLoaded = false
        while !stop.isRaised {
            do throws(StageFailure) {
                guard await fence.admits() else { throw .cancelled }
                if try await program?.start() == true { log.info("started \(partName)") }
                if !isLoaded {
                    try await router.load()
                    isLoaded = true
                }
                if try await router.verify() { log.info("the proxy is as it should be") }
                await report(nil)
            } catch {
                await report(error)
            }
            let pause = failures == 0 ? Self.interval : Self.backoff.pause(afterFailures: failures, random: 0.5)
            await wake.wait(until: .after(pause))
        }
    }

    private func report(_ failure: StageFailure?) async {
        // The fence says what is wrong.
        if failure?.verdict == .cancelled { return }
        guard let failure else {
            if problem != nil {
                problem = nil
                log.info("the proxy answers again")
                changes.notify()
                await onReturn()
            }
            failures = 0
            hasAnswered = true
            return
        }
        failures += 1
        guard problem == nil else { return }
        let since = Timestamp(milliseconds: WallClock.milliseconds())
        problem = "\(failure.message) (since \(since))" + (failure.hint.map { "; \($0)" } ?? "")
        log.error(failure.message, ("reason", failure.reason.rawValue), ("hint", failure.hint ?? ""))
        changes.notify()
    }
}
