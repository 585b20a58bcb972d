import FoundationEssentials
import Glibc
import HTTPClient
import Lifecycle
import Model

/// Asks the daemon over its Unix socket.
struct DaemonClient: Sendable {
    /// Where the daemon listens.
    let socketPath: String

    private static let pool = BlockingPool(name: "slipway.client", width: 2)
    /// How long an answer may take that waits for nothing.
    private static let patience = Duration.seconds(30)
    /// How long an answer may take that is a copy of everything.
    private static let longPatience = Duration.seconds(330)

    /// An answer as a value, and as the bytes it came in.
    struct Answer<Value: Sendable>: Sendable {
        let value: Value
        let json: [UInt8]
    }

    /// Asks for a value.
    func get<Value: Decodable & Sendable>(
        _ type: Value.Type, _ path: APIPath, timeout: Duration = Self.patience
    ) async throws(CommandProblem) -> Answer<Value> {
        let response = try await send("GET", path, body: nil, timeout: timeout, onChunk: nil)
        return Answer(value: try value(type, in: response, to: path), json: response.body)
    }

    private func value<Value: Decodable>(
        _ type: Value.Type, in response: HTTPResponse, to path: APIPath
    ) throws(CommandProblem) -> Value {
        guard let value = try? JSONDecoder().decode(type, from: Data(response.body)) else {
            throw .failed(
                "the daemon's answer to \(path.text) cannot be read",
                hint: "it may be of another version than this program: compare 'slipway version' with 'slipway status'")
        }
        return value
    }

    /// Asks for bytes.
    func bytes(_ path: APIPath) async throws(CommandProblem) -> [UInt8] {
        try await send("GET", path, body: nil, timeout: Self.patience, onChunk: nil).body
    }

    /// Asks for something to be made, which may take minutes, and for what came of it.
    func post<Value: Decodable & Sendable>(
        _ type: Value.Type, _ path: APIPath
    ) async throws(CommandProblem) -> Value {
        let response = try await send("POST", path, body: Array("{}".utf8), timeout: Self.longPatience, onChunk: nil)
        return try value(type, in: response, to: path)
    }

    /// Asks for something to be done elsewhere, and for what came of it, as it came.
    func act<Value: Decodable & Sendable>(
        _ type: Value.Type, _ path: APIPath
    ) async throws(CommandProblem) -> Answer<Value> {
        let response = try await send("POST", path, body: Array("{}".utf8), timeout: Self.longPatience, onChunk: nil)
        return Answer(value: try value(type, in: response, to: path), json: response.body)
    }

    /// Asks for a change.
    func post(_ path: APIPath, _ fields: [String: String] = [:]) async throws(CommandProblem) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let body = try? encoder.encode(fields) else { preconditionFailure("strings are always JSON") }
        _ = try await send("POST", path, body: Array(body), timeout: Self.patience, onChunk: nil)
    }

    /// Asks for something to be removed.
    func delete(_ path: APIPath) async throws(CommandProblem) {
        _ = try await send("DELETE", path, body: nil, timeout: Self.patience, onChunk: nil)
    }

    /// Hands over the body piece by piece until it ends; called on a thread of the client's.
    func stream(_ path: APIPath, onChunk: @escaping @Sendable ([UInt8]) -> Void) async throws(CommandProblem) {
        _ = try await send("GET", path, body: nil, timeout: nil, onChunk: onChunk)
    }

    private func send(
        _ method: String, _ path: APIPath, body: [UInt8]?, timeout: Duration?,
        onChunk: (@Sendable ([UInt8]) -> Void)?
    ) async throws(CommandProblem) -> HTTPResponse {
        let cancellation = Cancellation()
        let socket = SocketClient(socketPath: socketPath)
        let headers = body == nil ? [] : [HTTPHeader("Content-Type", "application/json")]
        let work: @Sendable () throws(HTTPClientError) -> HTTPResponse = { () throws(HTTPClientError) in
            try socket.perform(
                method, path.text, headers: headers, body: body, timeout: timeout, cancellation: cancellation,
                onChunk: onChunk)
        }
        let response: HTTPResponse
        do throws(HTTPClientError) {
            response = try await Self.pool.run(onCancel: { cancellation.cancel() }, work)
        } catch {
            throw problem(error)
        }
        guard response.isSuccess else { throw .request(problem(in: response)) }
        return response
    }

    private func problem(_ error: HTTPClientError) -> CommandProblem {
        if error.isCancelled { return .cancelled("interrupted") }
        if error.isTimeout { return .timedOut("the daemon at \(clean(socketPath)) did not answer in time") }
        guard error.isConnectFailure else {
            return .unreachable(Unreachable(socket: socketPath, finding: .broken(error.message)))
        }
        // libcurl does not say why; the path does.
        if access(socketPath, F_OK) != 0 {
            let finding: Unreachable.Finding = errno == EACCES ? .notAllowed : .noSocket
            return .unreachable(Unreachable(socket: socketPath, finding: finding))
        }
        let isAllowed = access(socketPath, W_OK) == 0
        return .unreachable(Unreachable(socket: socketPath, finding: isAllowed ? .nobodyListens : .notAllowed))
    }

    private func problem(in response: HTTPResponse) -> RequestProblem {
        if let problem = try? JSONDecoder().decode(RequestProblem.self, from: Data(response.body)) { return problem }
        let said = String(decoding: response.body.prefix(300), as: UTF8.self)
        return RequestProblem(
            status: response.status, title: "status \(response.status)",
            detail: "the daemon answered with status \(response.status)" + (said.isEmpty ? "" : ": \(said)"))
    }
}
