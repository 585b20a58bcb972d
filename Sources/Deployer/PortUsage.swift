import Model

/// Which ports the proxy sends something to, and since when it does not any more. Pure.
struct PortUsage: Sendable, Hashable {
    private var inUse: Set<Int> = []
    private var idleSince: [Int: ContinuousClock.Instant] = [:]
    private var began: ContinuousClock.Instant?
    private var beganAt: Timestamp?

    /// How many ports are remembered after their use; more than any block of ports has.
    private static let limit = 65_536

    /// The ports that were in use when the router took over.
    mutating func begin(with ports: Set<Int>, now: ContinuousClock.Instant, wallClock: Timestamp) {
        inUse = ports
        began = now
        beganAt = wallClock
    }

    /// From now on these are in use, and no others.
    mutating func moved(to ports: Set<Int>, now: ContinuousClock.Instant) {
        if idleSince.count > Self.limit { idleSince = [:] }
        for port in inUse.subtracting(ports) { idleSince[port] = now }
        for port in ports { idleSince[port] = nil }
        inUse = ports
    }

    /// Nobody knows whether these came into use: what was in use may still be.
    mutating func mayHaveMoved(to ports: Set<Int>) {
        for port in ports { idleSince[port] = nil }
        inUse.formUnion(ports)
    }

    /// Whether something is sent to the port.
    func isInUse(_ port: Int) -> Bool { inUse.contains(port) }

    /// Since when nothing is sent to the port; nil: nothing ever was, or still is.
    func idle(port: Int, madeAt: Timestamp) -> ContinuousClock.Instant? {
        if inUse.contains(port) { return nil }
        if let since = idleSince[port] { return since }
        guard let began, let beganAt, madeAt < beganAt else { return nil }
        return began
    }
}
