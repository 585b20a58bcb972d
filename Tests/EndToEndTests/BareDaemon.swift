import FoundationEssentials
import Glibc
import HTTPClient
import Model
import SQLite
import Subprocess
import TestSupport
import Testing

/// The real daemon without an engine, a proxy or a remote: what takes deliveries in and keeps records.
final class BareDaemon {
    private let directory: TemporaryDirectory
    let daemon: DaemonProcess
    private static let secret = "it is between us"

    init() throws {
        directory = try TemporaryDirectory()
        daemon = DaemonProcess(directory: directory)
        try directory.write(Self.secret, to: "secret")
        chmod(directory.path(of: "secret"), 0o600)
        try directory.write(
            """
            state: \(directory.path)/state
            listen: 127.0.0.1:\(try #require(Loopback.freePort()))
            socket: \(directory.path)/slipway.sock
            runtime: { kind: engine, socket: \(directory.path)/no-engine.sock }
            router: { domain: localhost, caddy: http://127.0.0.1:1 }
            poll: { interval: 600s }
            projects:
              - name: shop
                host: github
                repository: https://127.0.0.1:1/acme/shop.git
                webhook_secret: { file: \(directory.path)/secret }
            """, to: "config.yml")
    }

    /// A path below the directory that everything is in.
    func path(_ name: String) -> String { directory.path(of: name) }
    var database: String { path("state/slipway.db") }

    func start() async throws {
        try daemon.start()
        try await eventually("the daemon answers") { ask("GET", "/healthz")?.status == 200 }
    }

    func ask(_ method: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil) -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        var request = HTTPRequest(
            method: method, socketPath: directory.path(of: "slipway.sock"), url: "http://localhost" + path,
            headers: headers, connectTimeout: .seconds(5), timeout: .seconds(30), bodyLimit: 1 << 20,
            keepsConnection: false)
        if let body { request.body = .bytes(body) }
        return try? session.perform(request)
    }

    /// Hands a delivery in; nil when there was no answer.
    func deliver(_ id: String) -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        var request = delivery()(id)
        request.keepsConnection = false
        return try? session.perform(request)
    }

    /// What makes a delivery with an id.
    func delivery() -> @Sendable (_ id: String) -> HTTPRequest {
        let commit = String(repeating: "1", count: 40)
        let body = Array(#"{"ref":"refs/heads/main","before":"\#(commit)","after":"\#(commit)","deleted":false}"#.utf8)
        let signature = "sha256=" + Signature.sha256(secret: Self.secret, body: body)
        let socket = directory.path(of: "slipway.sock")
        return { id in
            HTTPRequest(
                method: "POST", socketPath: socket, url: "http://localhost/hooks/shop",
                headers: [
                    HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-GitHub-Event", "push"),
                    HTTPHeader("X-GitHub-Delivery", id), HTTPHeader("X-Hub-Signature-256", signature),
                ], body: .bytes(body), connectTimeout: .seconds(5), timeout: .seconds(30), bodyLimit: 1 << 20)
        }
    }

    /// The ids of the deliveries in the database.
    func delivered() throws -> Set<String> {
        let connection = try Connection(path: database, access: .readWrite)
        return Set(try connection.rows("SELECT delivery_id FROM deliveries") { $0.text(0) })
    }

    /// strace(1) on the daemon, with what it is to do to its calls; detached when the body returns.
    func tampering(_ injection: String..., body: () async throws -> Void) async throws {
        let log = path("strace.log")
        let arguments = injection.flatMap { ["-e", "inject=\($0)"] }
        let tracer = try Spawn.detached(
            Command(
                executable: "/usr/bin/strace",
                arguments: ["-f", "-p", "\(daemon.pid)", "-o", path("calls.log")]
                    + ["-e", "trace=pwrite64,fdatasync,fsync,ftruncate,unlink"] + arguments,
                environment: ["PATH": "/usr/bin:/bin"]), logPath: log)
        defer {
            kill(tracer, SIGTERM)
            // It may wait for a call of the daemon's to end; what it traces goes on when it is gone.
            for _ in 0..<400 where kill(tracer, 0) == 0 { usleep(5_000) }
            kill(tracer, SIGKILL)
            while kill(tracer, 0) == 0 { usleep(5_000) }
        }
        try await eventually("strace has attached") {
            String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self).contains("attached")
        }
        try await body()
    }

    /// Waits until something is so.
    func eventually(_ claim: String, _ condition: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try !condition() {
            guard ContinuousClock.now < deadline else {
                throw Impatience(claim: claim, log: daemon.logTail())
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    struct Impatience: Error, CustomStringConvertible {
        let claim: String
        let log: String
        var description: String { "it did not come true that \(claim); the daemon's log ends:\n\(log)" }
    }

    deinit { daemon.kill() }
}
