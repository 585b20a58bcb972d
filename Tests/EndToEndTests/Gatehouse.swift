import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// A real daemon with one project and neither engine nor proxy: all that is needed to try what its open port lets in.
final class Gatehouse {
    let workshop: GitWorkshop
    let directory: TemporaryDirectory
    let daemon: DaemonProcess
    let port: Int
    /// What must never be seen anywhere.
    let secret = "canary-5f1c-webhook-secret"
    private var count = 0

    /// Starts a daemon that has looked at its remote once, and ends it after the body.
    ///
    /// - Parameter settings: more lines of its configuration.
    static func run(settings: String = "", _ body: (Gatehouse) async throws -> Void) async throws {
        let house = try Gatehouse(settings)
        defer { house.daemon.stop() }
        try house.daemon.start()
        try await house.eventually("the remote is listed") { house.project()?.listedAt != nil }
        try await body(house)
        // Whatever was tried: the next good delivery gets in, and the secret is nowhere.
        #expect(try house.deliver() == 202)
        house.daemon.stop()
        try house.expectNoCanary()
    }

    private init(_ settings: String) throws {
        workshop = try GitWorkshop()
        directory = try TemporaryDirectory()
        port = try #require(Loopback.freePort())
        daemon = DaemonProcess(directory: directory)
        try workshop.makeRemote("shop")
        try workshop.push(of: "shop")
        try directory.write(secret, to: "secret")
        chmod(directory.path(of: "secret"), 0o600)
        try directory.write(
            """
            state: \(directory.path)/state
            listen: 127.0.0.1:\(port)
            socket: \(directory.path)/slipway.sock
            runtime: { socket: \(directory.path)/no-engine.sock }
            router: { caddy: "http://127.0.0.1:1" }
            poll: { interval: 600s }
            \(settings)
            projects:
              - name: shop
                host: github
                repository: file://\(workshop.path(of: "shop.git"))
                webhook_secret: { file: \(directory.path)/secret }

            """, to: "config.yml")
    }

    /// Asks the Unix socket; nil when there is no answer.
    func ask(_ path: String) -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        return try? session.perform(
            HTTPRequest(
                method: "GET", socketPath: directory.path(of: "slipway.sock"), url: "http://localhost\(path)",
                timeout: .seconds(30), keepsConnection: false))
    }

    private func get<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
        guard let answer = ask("/api/v1" + path), answer.isSuccess else { return nil }
        return try? JSONDecoder().decode(type, from: Data(answer.body))
    }

    func project() -> ProjectStatus? { get(ProjectStatus.self, "/projects/shop") }

    func events() -> [DaemonEvent] { get([DaemonEvent].self, "/events?project=shop&limit=1000") ?? [] }

    /// A counter of `/metrics`.
    func counter(_ outcome: String) -> Int {
        let text = ask("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        let line = text.split(separator: "\n").first { $0.contains("project=\"shop\",outcome=\"\(outcome)\"") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// The head of a delivery that GitHub would send, rightly signed unless told otherwise.
    func head(
        of body: [UInt8], event: String = "push", id: String? = nil, signature: String? = nil,
        type: String = "application/json", more: String = ""
    ) -> String {
        count += 1
        let code = signature ?? "X-Hub-Signature-256: sha256=\(Signature.sha256(secret: secret, body: body))\r\n"
        return "POST /hooks/shop HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(body.count)\r\nX-GitHub-Event: \(event)\r\n"
            + "X-GitHub-Delivery: \(id ?? "gate-\(count)")\r\n\(code)\(more)\r\n"
    }

    /// A push as GitHub tells it.
    func push(_ ref: String = "refs/heads/main", repository: String = "{}") -> [UInt8] {
        let id = String(repeating: "a1", count: 20)
        return Array(#"{"ref":"\#(ref)","before":"\#(id)","after":"\#(id)","repository":\#(repository)}"#.utf8)
    }

    /// Sends a head and a body, and reads the whole answer.
    func exchange(_ head: String, _ body: [UInt8] = []) throws -> String {
        let client = try #require(RawClient(port: port))
        client.send(Array(head.utf8) + body)
        return try #require(client.receiveToEnd(), "no answer in time")
    }

    /// Sends a delivery and returns the answer's status.
    func deliver(_ body: [UInt8]? = nil, event: String = "push") throws -> Int {
        let body = body ?? push()
        return Self.status(try exchange(head(of: body, event: event), body))
    }

    static func status(_ answer: String) -> Int { Int(answer.dropFirst(9).prefix(3)) ?? 0 }

    /// The daemon's resident memory in KiB.
    var residentKiB: Int {
        let text = (try? String(contentsOfFile: "/proc/\(daemon.pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    func eventually(_ what: String, _ isSo: () throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("not in time: \(what)\n\(daemon.logTail())")
        throw Scene.NotInTime(what: what)
    }

    /// I-9: the secret is in nothing that was written.
    private func expectNoCanary() throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        for file in files where file != "secret" {
            guard let data = FileManager.default.contents(atPath: directory.path(of: file)) else { continue }
            #expect(data.firstRange(of: Data(secret.utf8)) == nil, "\(file) holds the secret")
        }
    }
}
