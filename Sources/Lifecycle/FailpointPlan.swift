#if DEBUG
import Glibc
import Synchronization

/// What is to happen at which boundary of this process, as `SLIPWAY_FAILPOINT` says.
///
/// What the variable itself says holds for each process on its own. A file (`@/path`) is read at every boundary, so
/// that a test can arm a daemon that runs; what it says happens once, in one of the processes that have the file, and the
/// line is gone before it does.
package final class FailpointPlan: Sendable {
    package static let variable = "SLIPWAY_FAILPOINT"

    /// What happens at a boundary.
    package enum Action: String, Sendable, CaseIterable {
        /// The process kills itself.
        case kill
        /// What stands behind the boundary fails.
        case error
        /// The same, because of a full disk.
        case enospc
        /// The thread never goes on.
        case hang
        /// The thread goes on after a second.
        case sleep
    }

    /// What happens where: `deploy.route.written:2:kill`.
    package struct Order: Sendable, Hashable {
        package let point: Failpoint.Point
        /// The hit it happens at, from 1; a hit counts when this order was there.
        package let nth: Int
        package let action: Action

        /// Reads an order; nil: it is none.
        package init?(_ text: some StringProtocol) {
            let parts = String(text).split(separator: ":").map(String.init)
            guard parts.count == 3, let point = Failpoint.Point(rawValue: parts[0]), let nth = Int(parts[1]),
                nth > 0, let action = Action(rawValue: parts[2])
            else { return nil }
            self.point = point
            self.nth = nth
            self.action = action
        }

        package var text: String { "\(point.rawValue):\(nth):\(action.rawValue)" }
    }

    /// This process's plan; nil: the variable is not set.
    package static let current: FailpointPlan? = getenv(variable).map { FailpointPlan(String(cString: $0)) }

    /// What the variable says.
    package let text: String
    private let path: String?
    private let orders: [Order]
    private let counts = Mutex<[Order: Int]>([:])

    /// A plan as the variable has it; one that cannot be read ends the process, as a test that believes in it would lie.
    package init(_ text: String) {
        self.text = text
        path = text.hasPrefix("@") ? String(text.dropFirst()) : nil
        orders = path == nil ? Self.orders(in: text) : []
    }

    private static func orders(in text: String) -> [Order] {
        text.split { $0 == "," || $0 == "\n" }.map { part in
            guard let order = Order(part) else { fatalError("no such failpoint: \(part)") }
            return order
        }
    }

    /// The process is at a boundary; what is returned is to be thrown there.
    package func reach(_ name: StaticString) -> Action? {
        guard let point = Failpoint.Point(rawValue: "\(name)") else { fatalError("no such failpoint: \(name)") }
        guard let order = due(at: point) else { return nil }
        switch order.action {
        case .kill:
            Glibc.kill(getpid(), SIGKILL)
            return nil
        case .hang: while true { pause() }
        case .sleep:
            Glibc.sleep(1)
            return nil
        case .error, .enospc: return order.action
        }
    }

    /// The order that is due at this hit of the point.
    private func due(at point: Failpoint.Point) -> Order? {
        let file = path.flatMap { OrderFile($0) }
        let known = file.map { Self.orders(in: $0.text) } ?? orders
        return counts.withLock { counts in
            if path != nil { counts = counts.filter { known.contains($0.key) } }
            let here = known.filter { $0.point == point }
            for order in here { counts[order, default: 0] += 1 }
            guard let due = here.first(where: { counts[$0] == $0.nth }) else { return nil }
            if path != nil { counts[due] = nil }
            file?.keep(known.filter { $0 != due }.map(\.text))
            return due
        }
    }
}

/// The file with orders, locked while it is looked at.
private final class OrderFile {
    private let descriptor: Int32
    let text: String

    /// Reads the file; nil: there is none, so there are no orders.
    init?(_ path: String) {
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, LOCK_EX) != 0 && errno == EINTR {}
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        text = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
    }

    deinit { close(descriptor) }

    func keep(_ lines: [String]) {
        let bytes = Array(lines.joined(separator: "\n").utf8)
        lseek(descriptor, 0, SEEK_SET)
        ftruncate(descriptor, 0)
        _ = write(descriptor, bytes, bytes.count)
    }
}
#endif
