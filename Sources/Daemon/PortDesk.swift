import Deployer
import Glibc
import Model
import Store

/// Lends the loopback ports that containers publish on; a port that was given back rests for a day.
actor PortDesk: PortSource {
    private let range: ClosedRange<Int>
    private let ledger: any Records
    private let now: @Sendable () -> Timestamp
    private let looksUnused: @Sendable (Int) -> Bool
    /// What is lent now.
    private var leases: [Int: PortLease] = [:]
    /// When each of the others was given back: of a port that rests, nobody asks whose it was.
    private var returned: [UInt16: Timestamp] = [:]
    private var byContainer: [String: Int] = [:]
    private var cursor: Int

    /// How long a port rests after it was given back (DESIGN rule 15).
    private static let rest = Duration.seconds(24 * 3600)

    init(
        range: ClosedRange<Int>, leases: [PortLease], records: any Records, isUnused: @escaping @Sendable (Int) -> Bool,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.range = range
        ledger = records
        self.now = now
        looksUnused = isUnused
        cursor = range.lowerBound
        for lease in leases {
            if let moment = lease.releasedAt {
                returned[UInt16(truncatingIfNeeded: lease.port)] = moment
            } else {
                self.leases[lease.port] = lease
                byContainer[lease.container] = lease.port
            }
        }
        if let last = leases.map(\.port).max(), range.contains(last) { cursor = last }
    }

    /// Only ports of which nothing is known: a lease that is over, or another container's, is not taken up again.
    func found(_ ports: [String: Int]) async {
        for (container, port) in ports where isUnknown(port) && byContainer[container] == nil {
            await keep(PortLease(port: port, container: container, leasedAt: now(), releasedAt: nil))
        }
    }

    func port(for container: String) async throws(StageFailure) -> Int {
        if let port = byContainer[container] { return port }
        for _ in range {
            cursor = cursor >= range.upperBound ? range.lowerBound : cursor + 1
            let candidate = cursor
            guard isRested(candidate), looksUnused(candidate) else { continue }
            await keep(PortLease(port: candidate, container: container, leasedAt: now(), releasedAt: nil))
            return candidate
        }
        throw StageFailure(
            reason: .exhausted, verdict: .retry(after: .seconds(60)),
            message: "no port from \(range.lowerBound) to \(range.upperBound) is free",
            hint: "widen runtime.ports, or delete previews that are not needed")
    }

    func isUnused(_ port: Int) async -> Bool { looksUnused(port) }

    func release(port: Int) async {
        guard var lease = leases.removeValue(forKey: port) else { return }
        let moment = now()
        lease.releasedAt = moment
        byContainer[lease.container] = nil
        returned[UInt16(truncatingIfNeeded: port)] = moment
        await write(lease)
    }

    private func isUnknown(_ port: Int) -> Bool {
        leases[port] == nil && returned[UInt16(truncatingIfNeeded: port)] == nil
    }

    private func keep(_ lease: PortLease) async {
        leases[lease.port] = lease
        byContainer[lease.container] = lease.port
        returned[UInt16(truncatingIfNeeded: lease.port)] = nil
        await write(lease)
    }

    private func write(_ lease: PortLease) async {
        // The label on the container says the same: a lease that is not written costs a port's rest, no more.
        try? await ledger.save(lease)
    }

    private func isRested(_ port: Int) -> Bool {
        if leases[port] != nil { return false }
        guard let releasedAt = returned[UInt16(truncatingIfNeeded: port)] else { return true }
        let rested = now().since(releasedAt)
        // A clock that was set back must not lend a port early, nor keep it for ever.
        return rested >= Self.rest || rested < Duration.zero - Self.rest
    }

    /// Whether nothing listens on the port now: a stranger's program may have taken it.
    static func isUnused(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
