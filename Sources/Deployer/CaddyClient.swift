import FoundationEssentials
import HTTPClient
import Lifecycle
import Model

/// Speaks to one Caddy's admin API, one request after the other.
///
/// Its calls block on an executor of their own and are short; they are not cancelled, so that a change
/// that was sent is always waited for.
actor CaddyClient {
    private let admin: CaddyAdmin
    private let executor = BlockingExecutor(name: "slipway.caddy")
    private var session: HTTPSession?

    private static let serverPath = "/config/apps/http/servers/\(CaddyFrame.serverKey)"
    /// A change waits for Caddy to provision the new configuration, which takes milliseconds.
    private static let timeout = Duration.seconds(10)
    private static let connectTimeout = Duration.seconds(2)
    /// Ten thousand routes are some 4 MB.
    private static let bodyLimit = 32 << 20

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(admin: CaddyAdmin) { self.admin = admin }

    /// Whether anybody answers.
    func isAnswering() -> Bool { (try? send("GET", "/config/admin"))?.isSuccess ?? false }

    /// Our server as the proxy has it.
    func server() throws(StageFailure) -> ProxyAnswer { try Self.answer(try ask("GET", Self.serverPath)) }

    /// Our server as the proxy has it; nil if it is still the one of that etag, which is then not even decoded.
    func server(unless etag: String?) throws(StageFailure) -> ProxyAnswer? {
        let response = try ask("GET", Self.serverPath)
        if let etag, response.isSuccess, response.header("ETag") == etag { return nil }
        return try Self.answer(response)
    }

    private static func answer(_ response: HTTPResponse) throws(StageFailure) -> ProxyAnswer {
        // Caddy 2.6: a path whose parents are missing is an "invalid traversal path", with 400 or 500;
        // a missing key at its end is `null`.
        if isMissingPath(response) { return ProxyAnswer() }
        try check(response)
        guard let server = CaddyFrame.decode(CaddyServer?.self, response.body) else {
            // Written by something else, or by another version of us: it is replaced as a whole.
            return ProxyAnswer(server: CaddyServer(listen: [], routes: []), etag: response.header("ETag"))
        }
        return ProxyAnswer(server: server, etag: response.header("ETag"))
    }

    /// Changes the array of routes. False: the server changed since that etag, or is not there any more.
    func patchRoutes(of server: CaddyServer, ifMatch etag: String?) throws(StageFailure) -> Bool {
        try change("PATCH", Self.serverPath + "/routes", CaddyFrame.encode(server.routes), ifMatch: etag)
    }

    /// Replaces our server. False: it changed since that etag, or is not there any more.
    func patchServer(_ server: CaddyServer, ifMatch etag: String?) throws(StageFailure) -> Bool {
        try change("PATCH", Self.serverPath, CaddyFrame.encode(server), ifMatch: etag)
    }

    /// Adds our server. False: it is there.
    func putServer(_ server: CaddyServer) throws(StageFailure) -> Bool {
        try change("PUT", Self.serverPath, CaddyFrame.encode(server), ifMatch: nil)
    }

    /// Ends the proxy.
    func stop() throws(StageFailure) { try Self.check(try ask("POST", "/stop")) }

    private func change(
        _ method: String, _ path: String, _ document: [UInt8], ifMatch etag: String?
    ) throws(StageFailure) -> Bool {
        let response = try ask(method, path, body: document, ifMatch: etag)
        // 412: If-Match did not hold; 409: PUT of a key that exists.
        if response.status == 412 || response.status == 409 || Self.isMissingPath(response) { return false }
        try Self.check(response)
        return true
    }

    private func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, ifMatch etag: String? = nil
    ) throws(StageFailure) -> HTTPResponse {
        do { return try send(method, path, body: body, ifMatch: etag) } catch {
            throw .proxyDoesNotAnswer(error, admin)
        }
    }

    private func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, ifMatch etag: String? = nil
    ) throws(HTTPClientError) -> HTTPResponse {
        var headers: [HTTPHeader] = []
        if let host = admin.host { headers.append(HTTPHeader("Host", host)) }
        if body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        if let etag { headers.append(HTTPHeader("If-Match", etag)) }
        let request = HTTPRequest(
            method: method, socketPath: admin.socketPath, url: admin.baseURL + path, headers: headers,
            body: body.map { .bytes($0) } ?? .none, connectTimeout: Self.connectTimeout, timeout: Self.timeout,
            bodyLimit: Self.bodyLimit)
        if session == nil { session = try HTTPSession() }
        let response = try session?.perform(request)
        guard let response else { preconditionFailure("a session that was just made is there") }
        return response
    }

    private static func isMissingPath(_ response: HTTPResponse) -> Bool {
        response.status >= 400 && String(decoding: response.body, as: UTF8.self).contains("invalid traversal path")
    }

    private static func check(_ response: HTTPResponse) throws(StageFailure) {
        guard response.isSuccess else {
            throw .proxyRefused(response.status, message(in: response))
        }
    }

    /// Caddy's own words: `{"error":"loading new config: …"}`.
    private static func message(in response: HTTPResponse) -> String {
        struct Refusal: Decodable {
            let error: String
        }
        return CaddyFrame.decode(Refusal.self, response.body)?.error
            ?? printable(response.body.prefix(500))
    }
}
