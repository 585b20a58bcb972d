import Model

/// Which ports the proxy sends something to, and since when it does not any more. Pure.
struct PortUsage: Sendable, Hashable {
    private var inUse: Set<Int> = []
    /// In milliseconds since ``origin``: what is remembered of every port there is stays small.
    private var idleSince: [UInt16: Int64] = [:]
    private var origin: ContinuousClock.Instant?
    private var began: ContinuousClock.Instant?
    private var beganAt: Timestamp?

    /// The ports that were in use when the router took over.
    mutating func begin(with ports: Set<Int>, now: ContinuousClock.Instant, wallClock: Timestamp) {
        inUse = ports
        began = now
        beganAt = wallClock
    }

    /// From now on these are in use, and no others.
    mutating func moved(to ports: Set<Int>, now: ContinuousClock.Instant) {
        let origin = origin ?? now
        self.origin = origin
        for port in inUse.subtracting(ports) { idleSince[Self.key(port)] = (now - origin).wholeMilliseconds }
        for port in ports { idleSince[Self.key(port)] = nil }
        inUse = ports
    }

    /// Nobody knows whether these came into use: what was in use may still be.
    mutating func mayHaveMoved(to ports: Set<Int>) {
        for port in ports { idleSince[Self.key(port)] = nil }
        inUse.formUnion(ports)
    }

    /// Whether something is sent to the port.
    func isInUse(_ port: Int) -> Bool { inUse.contains(port) }

    /// Since when nothing is sent to the port; nil: nothing ever was, or still is.
    ///
    /// - Parameter wallClock: what it shows now. What was made later than that was made before the clock was set back:
    ///   when the router took over it may have been in use.
    func idle(port: Int, madeAt: Timestamp, wallClock: Timestamp) -> ContinuousClock.Instant? {
        if inUse.contains(port) { return nil }
        if let origin, let since = idleSince[Self.key(port)] { return origin + .milliseconds(since) }
        guard let began, let beganAt, madeAt < beganAt || madeAt > wallClock else { return nil }
        return began
    }

    private static func key(_ port: Int) -> UInt16 { UInt16(truncatingIfNeeded: port) }
}
