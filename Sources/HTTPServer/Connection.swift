import CMicrohttpd
import Synchronization

/// A raw target and where it stood in the library's memory, for comparing only.
struct TargetText {
    var bytes: [UInt8] = []
    var address: UInt = 0
}

/// One accepted connection and its present request.
///
/// The library calls in on its own threads, answers come from any thread; both meet in the mutex.
/// Retained by the server's table from the accept to the close.
final class Connection: Sendable {
    /// What is to be done with the library's connection after the lock's owner has decided.
    private enum Answer {
        case none
        case whole(Response)
        case stream(Response)
    }

    private struct State {
        var phase = ConnectionPhase.waiting
        var since = ContinuousClock.now
        /// Numbers the requests of the connection, so that a late answer cannot reach the next one.
        var request: UInt64 = 0
        var isSuspended = false
        var isStopping = false
        var target = TargetText()
        var head: RequestHead?
        var body: [UInt8] = []
        var bodyLimit = 0
        /// What the server counts as held for this request's body, until the request is over.
        var heldBytes = 0
        /// Whether the body was dropped to make room for others'.
        var isEvicted = false
        var answer = Answer.none
        var stream: StreamBuffer?
        var disconnectHandlers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    /// The server it belongs to, which outlives the library's use of the connection.
    unowned let core: ServerCore
    /// The library's connection. Used on its own thread, and from other threads only to resume it while it is
    /// suspended, which the mutex guards; it lives until `close`.
    nonisolated(unsafe) private let handle: OpaquePointer
    /// The socket, open until `close`.
    let descriptor: Int32
    /// Who is at the other end.
    let peer: Peer

    init(core: ServerCore, handle: OpaquePointer, descriptor: Int32, peer: Peer, isStopping: Bool) {
        self.core = core
        self.handle = handle
        self.descriptor = descriptor
        self.peer = peer
        if isStopping { state.withLock { $0.isStopping = true } }
    }
}

// Called by the library's thread.
extension Connection {
    /// The first line is there.
    func begin(target: [UInt8], at address: UInt) {
        state.withLock { state in
            state.request += 1
            state.target = TargetText(bytes: target, address: address)
            // A first request's time runs from the accept.
            if state.request > 1 { state.since = .now }
            state.phase = .head
        }
    }

    /// The raw target of the request whose head is there but not looked at yet; nil later on.
    var unadmittedTarget: TargetText? { state.withLock { $0.phase == .head ? $0.target : nil } }

    /// The head is there and admitted.
    func admit(_ head: RequestHead, bodyLimit: Int) {
        state.withLock { state in
            state.phase = .body
            state.since = .now
            state.head = head
            state.bodyLimit = bodyLimit
            state.body.reserveCapacity(min(head.contentLength, 64 * 1024))
        }
    }

    /// Takes a part of the body; false when there is more than was admitted, or no room for it.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isEvicted, state.body.count + bytes.count <= state.bodyLimit else { return false }
            state.body.append(contentsOf: bytes)
            state.heldBytes += bytes.count
            return true
        }
        // Without the lock: whoever makes room goes over all connections.
        return isTaken && core.hold(bytes.count)
    }

    /// The request, once it is all there, with the right to answer it; nil when it was handed out already.
    func takeRequest() -> (Request, Responder)? {
        state.withLock { state in
            guard state.phase == .body, let head = state.head else { return nil }
            state.phase = .handling
            state.head = nil
            let body = state.body
            state.body = []
            if state.isStopping || state.isEvicted {
                // Whose body was dropped is not to be heard any more; its socket is shut down.
                state.answer = .whole(Self.stopping)
                return nil
            }
            return (Request(head: head, body: body), Responder(connection: self, request: state.request))
        }
    }

    /// The answer if there is one; else the library's connection sleeps until there is.
    func takeAnswer() -> (Response, isStream: Bool)? {
        state.withLock { state in
            state.isSuspended = false
            switch state.answer {
            case .none:
                state.isSuspended = true
                MHD_suspend_connection(handle)
                return nil
            case .whole(let response):
                state.answer = .none
                state.phase = .sending
                state.since = .now
                return (response, false)
            case .stream(let response):
                state.answer = .none
                state.phase = .streaming
                state.since = .now
                return (response, true)
            }
        }
    }

    /// What reading a stream's next bytes comes to.
    enum Reading {
        case bytes(Int)
        case waits
        case ended
        case broken
    }

    /// Moves the stream's next bytes; with none there, the library's connection sleeps until there are.
    func read(into destination: UnsafeMutableRawBufferPointer) -> Reading {
        state.withLock { state in
            state.isSuspended = false
            guard var stream = state.stream else { return .broken }
            state.stream = nil
            defer { state.stream = stream }
            if stream.isBroken { return .broken }
            let count = stream.move(to: destination)
            state.since = .now
            if count > 0 { return .bytes(count) }
            if stream.isFinished || state.isStopping { return .ended }
            state.isSuspended = true
            MHD_suspend_connection(handle)
            return .waits
        }
    }

    /// The request is over, answered or not.
    func complete(isDone: Bool) {
        let (handlers, held) = state.withLock { state in
            defer {
                state.disconnectHandlers = []
                state.phase = .waiting
                state.since = .now
                state.request += 1
                state.stream = nil
                state.answer = .none
                state.head = nil
                state.body = []
                state.heldBytes = 0
                state.isSuspended = false
            }
            let isWell = isDone && state.stream?.isBroken != true
            return (isWell ? [] : state.disconnectHandlers, state.heldBytes)
        }
        core.release(held)
        for handler in handlers { handler() }
        core.progressed()
    }

    private static let stopping = Response(
        status: 503,
        fields: [
            .init(name: "content-type", value: "text/plain; charset=utf-8"),
            .init(name: "connection", value: "close"),
        ],
        body: Array("the daemon is stopping\n".utf8))
}

// Called from any thread.
extension Connection {
    private static func resume(_ state: inout State, _ handle: OpaquePointer) {
        guard state.isSuspended else { return }
        state.isSuspended = false
        MHD_resume_connection(handle)
    }

    func answer(_ response: Response, to request: UInt64) {
        state.withLock { state in
            guard state.request == request, state.phase == .handling, case .none = state.answer else { return }
            state.answer = .whole(response)
            Self.resume(&state, handle)
        }
    }

    func stream(_ head: Response, byteLimit: Int, to request: UInt64) {
        state.withLock { state in
            guard state.request == request, state.phase == .handling, case .none = state.answer else { return }
            state.answer = .stream(head)
            state.stream = StreamBuffer(byteLimit: byteLimit)
            Self.resume(&state, handle)
        }
    }

    func write(_ bytes: [UInt8], to request: UInt64) -> Bool {
        state.withLock { state in
            guard state.request == request, state.stream != nil else { return false }
            let wasEmpty = state.stream?.count == 0
            let isTaken = state.stream?.append(bytes) ?? false
            if wasEmpty { state.since = .now }
            if case .none = state.answer { Self.resume(&state, handle) }
            return isTaken
        }
    }

    func finish(_ request: UInt64) {
        state.withLock { state in
            guard state.request == request, state.stream != nil else { return }
            state.stream?.finish()
            if case .none = state.answer { Self.resume(&state, handle) }
        }
    }

    func onDisconnect(_ handler: @escaping @Sendable () -> Void, of request: UInt64) {
        let callNow = state.withLock { state in
            guard state.request == request, !state.isStopping else { return true }
            state.disconnectHandlers.append(handler)
            return false
        }
        if callNow { handler() }
    }
}

// Called by the server's reaper and its stop.
extension Connection {
    /// Whether its phase has lasted too long; a stream's only while something waits for its reader.
    func isOverdue(at now: ContinuousClock.Instant, limits: Limits) -> Bool {
        state.withLock { state in
            if state.phase == .streaming, (state.stream?.count ?? 0) == 0 { return false }
            return limits.isOverdue(state.phase, for: now - state.since, isFirst: state.request <= 1)
        }
    }

    /// Since when it has been receiving a body, and how much of it there is; nil in every other phase.
    var incoming: (since: ContinuousClock.Instant, bytes: Int)? {
        state.withLock { $0.phase == .body && !$0.isEvicted ? ($0.since, $0.heldBytes) : nil }
    }

    /// Drops the body that is being received; how many bytes that were.
    func evict() -> Int {
        state.withLock { state in
            guard state.phase == .body else { return 0 }
            defer { state.heldBytes = 0 }
            state.body = []
            state.isEvicted = true
            return state.heldBytes
        }
    }

    /// Whether the library sleeps over it, so that nobody but the reaper would see the client go.
    var isSuspended: Bool { state.withLock { $0.isSuspended } }

    /// The client is gone: those who work for it are told, and its stream is broken off.
    func clientLeft() {
        let handlers = state.withLock { state in
            state.stream?.breakOff()
            if state.stream != nil, case .none = state.answer { Self.resume(&state, handle) }
            defer { state.disconnectHandlers = [] }
            return state.disconnectHandlers
        }
        for handler in handlers { handler() }
    }

    /// Wakes the connection for good: what is not answered is answered 503, streams end.
    func stop() {
        let handlers = state.withLock { state in
            state.isStopping = true
            if state.phase == .handling, case .none = state.answer { state.answer = .whole(Self.stopping) }
            state.stream?.finish()
            Self.resume(&state, handle)
            defer { state.disconnectHandlers = [] }
            return state.disconnectHandlers
        }
        for handler in handlers { handler() }
    }

    /// Whether a request is in the making or being answered.
    var isBusy: Bool { state.withLock { $0.phase != .waiting && $0.phase != .head } }
}
