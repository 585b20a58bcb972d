import Dispatch
import Glibc
import Synchronization
import TestSupport
import Testing

/// Stands between a client and a server, and loses interest after so many bytes of the answer.
final class FaultProxy: Sendable {
    /// What happens then.
    enum Fault: Sendable {
        /// Nothing any more, and the connection stays.
        case stall
        /// The connection ends.
        case cut
    }

    let port: Int
    /// Signalled whenever the fault happened.
    private let happened = DispatchSemaphore(value: 0)
    private let listener: Int32
    private let held = Held()
    /// Everybody who uses the descriptors: a number that is closed under them is soon another test's.
    private let users = DispatchGroup()

    /// The connections that are kept.
    private final class Held: Sendable {
        private let descriptors = Mutex<[Int32]>([])

        func keep(_ descriptor: Int32) { descriptors.withLock { $0.append(descriptor) } }

        func hangUp() {
            for descriptor in descriptors.withLock({ $0 }) { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }

        func close() {
            for descriptor in descriptors.withLock({ $0 }) { Glibc.close(descriptor) }
        }
    }

    init(to server: Int, after byteCount: Int, _ fault: Fault) throws {
        let (descriptor, port) = try #require(Loopback.listen())
        listener = descriptor
        self.port = port
        DispatchQueue(label: "slipway.test.proxy").async(group: users) { [happened, listener, held, users] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let upstream = Loopback.connect(to: server) else {
                    close(client)
                    continue
                }
                held.keep(client)
                held.keep(upstream)
                DispatchQueue(label: "slipway.test.proxy.up").async(group: users) {
                    Self.copy(from: client, to: upstream)
                }
                DispatchQueue(label: "slipway.test.proxy.down").async(group: users) {
                    Self.copy(from: upstream, to: client, limit: byteCount)
                    if fault == .cut { shutdown(client, Int32(SHUT_RDWR)) }
                    happened.signal()
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        // A connection may be made while the listener goes: its ends are hung up as well.
        while users.wait(timeout: .now() + .milliseconds(10)) == .timedOut { held.hangUp() }
        close(listener)
        held.close()
    }

    /// Waits until the fault happened; blocks the thread.
    func waitForFault() -> Bool { happened.wait(timeout: .now() + 60) == .success }

    private static func copy(from source: Int32, to target: Int32, limit: Int = .max) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var left = limit
        while left > 0 {
            let count = recv(source, &buffer, min(buffer.count, left), 0)
            guard count > 0, send(target, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
            left -= count
        }
    }
}
