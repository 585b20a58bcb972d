import FoundationEssentials
import HTTPClient
import Lifecycle
import Synchronization

/// The Docker Engine API of Podman or Docker, over a Unix socket.
///
/// Owned by the composition root and shared by all stages. Keeps connections alive between short calls; every one of
/// those has an absolute deadline. Cancelling the surrounding task ends any call at once.
package final class EngineClient: Sendable {
    /// Where the engine listens.
    package let socketPath: String

    private let mayAct: @Sendable () async -> Bool
    private let sessions = SessionPool()
    private let knownDialect = Mutex<Dialect?>(nil)
    let knownRootless = Mutex<Bool?>(nil)

    // Kinds of calls that last have threads of their own, so that none of them can starve another or the short ones.
    private let calls = BlockingPool(name: "slipway.engine.calls", width: Limit.calls)
    let stops = BlockingPool(name: "slipway.engine.stops", width: Limit.stops)
    let builds = BlockingPool(name: "slipway.engine.builds", width: Limit.builds)
    let killers = BlockingPool(name: "slipway.engine.killers", width: Limit.builds)
    let watches = BlockingPool(name: "slipway.engine.watches", width: Limit.watches)
    let followers = BlockingPool(name: "slipway.engine.logs", width: Limit.followers)

    /// The bounds of everything this client does.
    enum Limit {
        /// How many short calls run at once.
        static let calls = 16
        /// How many containers are being stopped at once; each may take as long as it was given.
        static let stops = 16
        /// How many builds and pulls run at once; the Builder allows fewer.
        static let builds = 16
        /// How many event streams are read at once.
        static let watches = 4
        /// How many logs are read at once.
        static let followers = 64
        /// How long a short call may take.
        static let shortCall = Duration.seconds(30)
        /// How long a container may take that was made with a timeout of its own.
        static let longestStop = Duration.seconds(3600)
        /// How much longer than the container's own timeout a stop may take: the kill and the clean-up.
        static let stopGrace = Duration.seconds(10)
        /// How long a listing may be: 64 MiB is some 30,000 containers.
        static let listBytes = 64 << 20
        /// How long any other answer may be.
        static let answerBytes = 4 << 20
    }

    /// A client of the engine that listens there. Nothing is asked yet.
    ///
    /// - Parameter mayAct: asked before every request that changes something; where it says no, the request is not
    ///   sent and ends as if it were cancelled.
    package init(socketPath: String, mayAct: @escaping @Sendable () async -> Bool = { true }) {
        self.socketPath = socketPath
        self.mayAct = mayAct
    }

    /// Asks which engine answers.
    package func version() async throws(EngineError) -> EngineVersion {
        let ask = Ask("GET", "/version")
        let answer = try await perform(ask, prefix: "", on: calls)
        let version = try decode(VersionAnswer.self, answer, ask).value
        knownDialect.withLock { $0 = version.dialect }
        return version
    }

    /// What the engine speaks, as it was when it was last asked. Asks at the first use.
    func dialect() async throws(EngineError) -> Dialect {
        if let dialect = knownDialect.withLock({ $0 }) { return dialect }
        // Podman starts three programs to answer `/version`; its ping says enough.
        let answer = try await perform(Ask("GET", "/_ping"), prefix: "", on: calls)
        guard answer.header("Libpod-API-Version") != nil, let version = answer.header("API-Version") else {
            return try await self.version().dialect
        }
        let dialect = Dialect(flavour: .podman, newest: version, oldest: "1.24")
        knownDialect.withLock { $0 = dialect }
        return dialect
    }

    /// Performs one short call and returns its answer if its status is 2xx or among the tolerated.
    @discardableResult
    func call(_ ask: Ask, on pool: BlockingPool? = nil) async throws(EngineError) -> HTTPResponse {
        let prefix = try await dialect().prefix
        try await admit(ask)
        return try await perform(ask, prefix: prefix, on: pool ?? calls)
    }

    /// Lets a call pass, unless it would change what is not ours to change any more.
    func admit(_ ask: Ask) async throws(EngineError) {
        guard ask.method != "GET", !(await mayAct()) else { return }
        throw EngineError(
            status: 0, code: .aborted, message: "not sent: the records do not belong to this daemon", request: ask.name)
    }

    /// Performs one short call and reads its answer.
    func call<Answer: Decodable>(_ ask: Ask, as type: Answer.Type) async throws(EngineError) -> Answer {
        try decode(type, try await call(ask), ask)
    }

    private func perform(_ ask: Ask, prefix: String, on pool: BlockingPool) async throws(EngineError) -> HTTPResponse {
        let deadline = Deadline.after(ask.timeout)
        let cancellation = Cancellation()
        return try await pool.run(onCancel: cancellation.cancel) { [self] () throws(EngineError) in
            var request = ask.request(socketPath: socketPath, prefix: prefix)
            request.timeout = deadline.remaining
            let response = try sessions.with(ask) { session throws(HTTPClientError) in
                try session.perform(request, cancellation: cancellation)
            }
            return try ask.checked(response)
        }
    }

    /// Decodes what was asked for.
    func decode<Answer: Decodable>(
        _ type: Answer.Type, _ response: HTTPResponse, _ ask: Ask
    ) throws(EngineError) -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            throw .notUnderstood(ask.name, response.status, "\(error)")
        }
    }
}

/// Sessions that nobody uses at the moment.
final class SessionPool: Sendable {
    /// How many idle sessions are kept, each with its connection.
    private static let keptSessions = 8

    // Sendable although the session is not: whoever takes a box out of the pool is the only one to hold it,
    // and puts it back when done.
    private final class Box: @unchecked Sendable {
        var session: HTTPSession
        init(_ session: consuming HTTPSession) { self.session = session }
    }

    private let idle = Mutex<[Box]>([])

    /// Lends a session for one call.
    func with(
        _ ask: Ask, _ body: (inout HTTPSession) throws(HTTPClientError) -> HTTPResponse
    ) throws(EngineError) -> HTTPResponse {
        do throws(HTTPClientError) {
            let box = try takeBox()
            defer { idle.withLock { if $0.count < Self.keptSessions { $0.append(box) } } }
            return try body(&box.session)
        } catch {
            throw ask.failure(error)
        }
    }

    private func takeBox() throws(HTTPClientError) -> Box {
        if let box = idle.withLock({ $0.popLast() }) { return box }
        return Box(try HTTPSession())
    }
}
