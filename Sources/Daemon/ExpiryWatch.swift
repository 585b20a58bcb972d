import Lifecycle
import Model

/// Counts the time that previews are left alone, and removes those that have expired, a few at a time.
struct ExpiryWatch: Service {
    let name = "expiry"
    let projects: Projects
    let decisions: Decisions

    /// How many previews are being removed at once: production's containers start on the same disk and engine.
    private static let removals = 4
    /// The time between two looks while more are due than may be removed at once, or a policy has not been read.
    private static let paced = Duration.seconds(1)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        stop.onRaise { wake.ring() }
        var pause = PreviewExpiry.pause(shortest: .zero)
        var last = SteadyClock.now
        while !stop.isRaised {
            await wake.wait(until: .after(pause))
            guard !stop.isRaised else { return }
            let now = SteadyClock.now
            pause = await look(after: decisions.leftAlone(now - last, pause))
            last = now
        }
    }

    /// One look; returns the time until the next.
    private func look(after elapsed: Duration) async -> Duration {
        var shortest: Duration?
        var due: [(ProjectLoop, EnvironmentName)] = []
        var removing = 0
        var isAllKnown = true
        for loop in await projects.all {
            let leases = await loop.watchLeases(for: elapsed)
            if let lifetime = leases.shortest { shortest = min(shortest ?? lifetime, lifetime) }
            due += leases.due.map { (loop, $0) }
            removing += leases.removing
            isAllKnown = isAllKnown && leases.isKnown
        }
        for (loop, environment) in due.prefix(max(0, Self.removals - removing)) { await loop.expire(environment) }
        let pause = PreviewExpiry.pause(shortest: shortest)
        return due.isEmpty && isAllKnown ? pause : min(pause, Self.paced)
    }
}
