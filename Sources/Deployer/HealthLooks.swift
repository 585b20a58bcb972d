import Lifecycle

/// Looks at containers from outside, as an application's users would.
package protocol HealthLooks: Sendable {
    /// Looks now; takes as long as the probe's timeout at most.
    func look(_ probe: HealthProbe) async -> HealthProbe.Finding
    /// Whether a connection stays open for a moment, so that somebody listens behind the engine's own proxy.
    func staysConnected(_ probe: HealthProbe) async -> Bool
}

/// Looks over real sockets, a few at a time: each blocks for milliseconds.
struct SocketLooks: HealthLooks {
    private let pool = BlockingPool(name: "slipway.health", width: Self.width)

    /// How many health checks run at once.
    private static let width = 8

    func look(_ probe: HealthProbe) async -> HealthProbe.Finding { await pool.run { probe.look() } }

    func staysConnected(_ probe: HealthProbe) async -> Bool { await pool.run { probe.staysConnected() } }
}
