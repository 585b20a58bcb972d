import CMicrohttpd
import Dispatch
import Glibc
import Synchronization

/// An HTTP server on one listener, by libmicrohttpd.
///
/// Owned by whoever runs it; `stop` (or dropping it) answers what is open before the library stops.
package final class Server: Sendable {
    private let core: ServerCore
    /// Set once and used by `stop` alone, which the mutex below lets in once.
    nonisolated(unsafe) private let daemon: OpaquePointer
    private let listener: Mutex<Listener?>
    /// Dispatch sources may be cancelled from any thread, which is all that is done with it.
    nonisolated(unsafe) private let reaper: any DispatchSourceTimer
    /// The TCP port; nil on a Unix socket.
    package let port: Int?
    /// Where clients find it, for messages.
    package let address: String

    /// Begins to serve.
    ///
    /// - Parameter admit: called on the library's thread with each head, before the body is read. Must not block.
    /// - Parameter handle: called on the library's thread with each request that is all there. Must not block;
    ///   the answer may come later, from any thread.
    package init(
        listener: consuming Listener, limits: Limits = Limits(),
        admit: @escaping @Sendable (RequestHead) -> Admission,
        handle: @escaping @Sendable (Request, Responder) -> Void
    ) throws(HTTPServerError) {
        let core = ServerCore(limits: limits, admit: admit, handle: handle)
        let bounds = slipway_mhd_limits(
            connection_memory: limits.connectionBytes, connections: UInt32(limits.connections),
            // The reaper knows better; this is for connections whose last bytes nobody takes.
            idle_seconds: UInt32(max(1, limits.idle.components.seconds)), threads: UInt32(limits.threads))
        guard let daemon = slipway_mhd_start(listener.descriptor, callbacks(for: core), bounds) else {
            throw .system("MHD_start_daemon", listener.address)
        }
        self.core = core
        self.daemon = daemon
        port = listener.port
        address = listener.address
        self.listener = Mutex(consume listener)
        reaper = Self.timer(for: core)
    }

    deinit { stop() }

    /// Takes no new connections, answers what is open (503 where nobody has), ends streams, then stops.
    ///
    /// Blocks for at most `Limits.drain` and a little. A second call does nothing.
    package func stop() {
        guard core.beginStop() else { return }
        reaper.cancel()
        // From here on nothing sleeps in the library, which it would punish by abort(3) when it is stopped.
        MHD_quiesce_daemon(daemon)
        core.wakeAll()
        core.waitUntilIdle()
        MHD_stop_daemon(daemon)
        listener.withLock { $0 = nil }
    }

    /// How many connections are open.
    package var connectionCount: Int { core.connectionCount }

    /// Closes what has lasted too long, as if it were that late; the server does so itself every second.
    func reap(at now: ContinuousClock.Instant) { core.reap(at: now) }

    private static func timer(for core: ServerCore) -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "slipway.http.reaper"))
        timer.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(500))
        timer.setEventHandler { [weak core] in core?.reap(at: .now) }
        timer.activate()
        return timer
    }
}

/// The part of a server that the library's callbacks see: its connections and what to do with requests.
final class ServerCore: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var isStopping = false
    }

    private let state = Mutex(State())
    private let isStopping = Atomic(false)
    /// How many bytes the bodies of all requests have at the moment.
    private let heldBytes = Atomic(0)
    /// Signalled for each request that comes to its end while the server stops.
    private let progress = DispatchSemaphore(value: 0)
    private let limits: Limits
    private let admit: @Sendable (RequestHead) -> Admission
    let handle: @Sendable (Request, Responder) -> Void

    init(
        limits: Limits, admit: @escaping @Sendable (RequestHead) -> Admission,
        handle: @escaping @Sendable (Request, Responder) -> Void
    ) {
        self.limits = limits
        self.admit = admit
        self.handle = handle
    }

    var connectionCount: Int { state.withLock { $0.connections.count } }

    /// What is decided about a head, the declared length of its body included.
    func admission(of head: RequestHead) -> Admission {
        let admission = admit(head)
        guard case .admitted(let bodyLimit) = admission, head.contentLength > bodyLimit else { return admission }
        return .refused(.text(413, "the body is too large: \(bodyLimit) bytes at most"))
    }

    func opened(_ handle: OpaquePointer, descriptor: Int32, peer: Peer) -> Connection {
        state.withLock { state in
            let connection = Connection(
                core: self, handle: handle, descriptor: descriptor, peer: peer, isStopping: state.isStopping)
            state.connections[ObjectIdentifier(connection)] = connection
            return connection
        }
    }

    func closed(_ connection: Connection) {
        // Under the lock, so that the reaper never shuts down a descriptor that is another's already.
        state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(connection)) }
        progressed()
    }

    /// Counts bytes of a body that somebody has sent; false when there is no room for them.
    func hold(_ count: Int) -> Bool {
        guard heldBytes.add(count, ordering: .relaxed).newValue > limits.bodyBytes else { return true }
        makeRoom()
        return heldBytes.load(ordering: .relaxed) <= limits.bodyBytes
    }

    /// Counts them no more.
    func release(_ count: Int) {
        if count > 0 { heldBytes.subtract(count, ordering: .relaxed) }
    }

    /// Breaks off the bodies that have been arriving for the longest: whoever sends a delivery needs milliseconds, and
    /// whoever opens many connections to fill the memory keeps them for as long as the deadline lets him.
    ///
    /// A quarter of the room at once, since all connections are looked at.
    private func makeRoom() {
        state.withLock { state in
            let wanted = limits.bodyBytes - limits.bodyBytes / 4
            let incoming = state.connections.values.compactMap { connection in
                connection.incoming.map { (connection: connection, since: $0.since, bytes: $0.bytes) }
            }
            for found in incoming.filter({ $0.bytes > 0 }).sorted(by: { $0.since < $1.since }) {
                guard heldBytes.load(ordering: .relaxed) > wanted else { return }
                release(found.connection.evict())
                shutdown(found.connection.descriptor, Int32(SHUT_RDWR))
            }
        }
    }

    /// A request has come to its end.
    func progressed() {
        if isStopping.load(ordering: .acquiring) { progress.signal() }
    }

    func reap(at now: ContinuousClock.Instant) {
        let left = state.withLock { state in
            var sleeping: [Connection] = []
            for connection in state.connections.values {
                if connection.isSuspended {
                    sleeping.append(connection)
                } else if connection.isOverdue(at: now, limits: limits) {
                    shutdown(connection.descriptor, Int32(SHUT_RDWR))
                }
            }
            return Self.hungUp(sleeping)
        }
        for connection in left { connection.clientLeft() }
    }

    /// Those whose client has closed both directions; a client that only has nothing more to send still listens.
    private static func hungUp(_ connections: [Connection]) -> [Connection] {
        guard !connections.isEmpty else { return [] }
        var polled = connections.map { pollfd(fd: $0.descriptor, events: 0, revents: 0) }
        guard poll(&polled, nfds_t(polled.count), 0) > 0 else { return [] }
        return zip(connections, polled).filter { $1.revents & Int16(POLLHUP | POLLERR) != 0 }.map(\.0)
    }

    /// True the first time.
    func beginStop() -> Bool {
        isStopping.store(true, ordering: .releasing)
        return state.withLock { state in
            guard !state.isStopping else { return false }
            state.isStopping = true
            return true
        }
    }

    func wakeAll() {
        for connection in state.withLock({ Array($0.connections.values) }) { connection.stop() }
    }

    /// Waits until no request is in the making or being answered, for at most the drain limit.
    func waitUntilIdle() {
        let deadline = DispatchTime.now() + .milliseconds(Int(limits.drain / .milliseconds(1)))
        while state.withLock({ $0.connections.values.contains(where: \.isBusy) }) {
            if progress.wait(timeout: deadline) == .timedOut { return }
        }
    }
}
