import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// A whole installation for one test: a repository, an engine, a daemon with its own Caddy, in a directory of its own.
///
/// Everything is real: git(1), Podman or Docker, Caddy, and the built `slipway`.
final class Scene {
    let engine: EngineFixture
    let workshop: GitWorkshop
    let directory: TemporaryDirectory
    let httpPort: Int
    let listenPort: Int
    let project = "shop"
    private(set) var daemon: DaemonProcess
    private let secret = "the webhook's secret"
    private var deliveries = 0

    /// How long one thing may take on a machine that is busy with everything else.
    static let patience = Duration.seconds(60)

    /// A scene with a remote `shop` that is empty, and a daemon that has found it so.
    init(_ program: EngineFixture.Program, polling: String = "60s", starts: Bool = true) throws {
        engine = try EngineFixture.forTest(program)
        workshop = try GitWorkshop()
        directory = try TemporaryDirectory()
        httpPort = try #require(Loopback.freePort())
        listenPort = try #require(Loopback.freePort())
        let subnet = engine.uniqueSubnet()
        try workshop.makeRemote("shop")
        try directory.write(secret, to: "secret")
        chmod(directory.path(of: "secret"), 0o600)
        // Eight environments of 32 addresses fit into the block that this test has for itself.
        try directory.write(
            """
            state: \(directory.path)/state
            listen: 127.0.0.1:\(listenPort)
            socket: \(directory.path)/slipway.sock
            runtime: { socket: \(engine.socketPath), subnets: \(Self.block(around: subnet)), ports: \(Self.ports()) }
            router: { http: \(httpPort) }
            poll: { interval: \(polling) }
            projects:
              - repository: file://\(workshop.path(of: "shop.git"))
                name: shop
                host: github
                webhook_secret: { file: \(directory.path)/secret }

            """, to: "config.yml")
        daemon = DaemonProcess(directory: directory)
        if starts { try start() }
    }

    deinit { end() }

    /// The daemon's block of addresses: the test's 256, as a block that holds several networks.
    private static func block(around subnet: String) -> String {
        subnet.replacing("/24", with: "/24")
    }

    /// A hundred ports that no other test of this process uses.
    private static func ports() -> String {
        let first = 30_000 + Int(getpid()) % 100 * 20 + Int.random(in: 0..<100) * 200
        return "\(first)-\(first + 199)"
    }

    // The daemon

    /// Starts the daemon and waits until it says that it is ready.
    func start() throws {
        daemon = DaemonProcess(directory: directory)
        try daemon.start()
        try eventually("the daemon is ready") { self.ask("GET", "/readyz")?.isSuccess == true }
    }

    /// Ends everything and removes it from the engine.
    func end() {
        daemon.stop()
        var session = try? HTTPSession()
        let stop = HTTPRequest(
            method: "POST", socketPath: directory.path(of: "state/caddy/admin.sock"), url: "http://slipway/stop",
            timeout: .seconds(5), keepsConnection: false)
        _ = try? session?.perform(stop)
        for container in containers() { _ = try? engine.ask("DELETE", "/v1.40/containers/\(container.Id)?force=1&v=1") }
        for network in networks() { _ = try? engine.ask("DELETE", "/v1.40/networks/\(network)") }
    }

    // Git, and what a Git host does

    /// Commits the example application with that page on a branch, pushes it, and delivers the push.
    @discardableResult
    func push(
        page: String, to branch: String = "main", files extra: [String: String] = [:], delivers: Bool = true
    ) throws -> ObjectID {
        var files = Self.application(page: page)
        files.merge(extra) { $1 }
        return try push(files: files, to: branch, delivers: delivers)
    }

    /// Commits files on a branch, pushes it, and delivers the push.
    @discardableResult
    func push(files: [String: String], to branch: String, delivers: Bool = true) throws -> ObjectID {
        try addBusybox()
        let commit = try #require(ObjectID(try workshop.push(files, to: branch, of: "shop")))
        if delivers { try deliver(.branch(branch), commit) }
        return commit
    }

    /// The files of a small web application: it serves one page, and ends at once when told to.
    static func application(page: String) -> [String: String] {
        [
            "Dockerfile": """
            FROM scratch
            COPY busybox /bin/busybox
            RUN ["/bin/busybox", "--install", "-s", "/bin"]
            COPY serve.sh page /
            EXPOSE 8080
            CMD ["/bin/sh", "/serve.sh"]

            """,
            "serve.sh": """
            mkdir -p /www && cp /page /www/index.html && env > /www/env
            httpd -f -p "$PORT" -h /www &
            trap 'kill $!; exit 0' TERM
            wait $!

            """,
            "page": page + "\n",
        ]
    }

    private func addBusybox() throws {
        let target = workshop.path(of: "shop/busybox")
        guard access(target, F_OK) != 0 else { return }
        try FileManager.default.copyItem(atPath: "/bin/busybox", toPath: target)
    }

    /// Runs git(1) in the clone.
    @discardableResult
    func git(_ arguments: String...) throws -> String {
        let clone = workshop.path(of: "shop")
        switch arguments.count {
        case 1: return try workshop.git("-C", clone, arguments[0])
        case 2: return try workshop.git("-C", clone, arguments[0], arguments[1])
        case 3: return try workshop.git("-C", clone, arguments[0], arguments[1], arguments[2])
        case 4: return try workshop.git("-C", clone, arguments[0], arguments[1], arguments[2], arguments[3])
        default:
            return try workshop.git("-C", clone, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4])
        }
    }

    /// Tags the commit at hand, pushes the tag, and delivers it.
    @discardableResult
    func tag(_ name: String, at commit: ObjectID? = nil) throws -> ObjectID {
        try git("tag", "-a", "-m", name, name)
        try git("push", "-q", "origin", "refs/tags/\(name)")
        let id = try #require(ObjectID(try git("rev-parse", "HEAD")))
        try deliver(.tag(name), id)
        return id
    }

    /// Sends the delivery that a Git host sends after a push.
    func deliver(_ ref: RefName, _ commit: ObjectID?) throws {
        deliveries += 1
        let body = Array(
            "{\"ref\":\"\(ref)\",\"before\":\"\(ObjectID.zero)\",\"after\":\"\(commit ?? .zero)\",\"deleted\":\(commit == nil)}"
                .utf8)
        let answer = ask(
            "POST", "/hooks/shop", body: body,
            headers: [
                HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-GitHub-Event", "push"),
                HTTPHeader("X-GitHub-Delivery", "\(deliveries)-\(Int.random(in: 0..<Int.max))"),
                HTTPHeader("X-Hub-Signature-256", "sha256=" + Signature.sha256(secret: secret, body: body)),
            ])
        #expect(answer?.status == 202)
    }

    // What people see

    /// Asks the daemon's Unix socket; nil when there is no answer.
    func ask(
        _ method: String, _ path: String, body: [UInt8]? = nil, headers: [HTTPHeader] = []
    ) -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        return try? session.perform(
            HTTPRequest(
                method: method, socketPath: directory.path(of: "slipway.sock"), url: "http://localhost\(path)",
                headers: headers, body: body.map { .bytes($0) } ?? .none, timeout: .seconds(60), keepsConnection: false)
        )
    }

    /// Asks the API and decodes the answer.
    func get<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
        guard let answer = ask("GET", path), answer.isSuccess else { return nil }
        return try? JSONDecoder().decode(type, from: Data(answer.body))
    }

    /// An environment as it is shown; nil when there is none.
    func environment(_ name: String) -> EnvironmentStatus? {
        get(EnvironmentStatus.self, "/api/v1/projects/shop/environments/\(name)")
    }

    /// Every environment as it is shown.
    func environments() -> [EnvironmentStatus] {
        get(ProjectStatus.self, "/api/v1/projects/shop")?.environments ?? []
    }

    /// The builds so far, newest first.
    func builds() -> [BuildRecord] { get([BuildRecord].self, "/api/v1/projects/shop/builds?limit=200") ?? [] }

    /// Waits until a commit is live somewhere.
    @discardableResult
    func live(
        _ commit: ObjectID, in name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws
        -> EnvironmentStatus
    {
        try eventually("\(commit.short) is live in \(name)", sourceLocation: sourceLocation) {
            guard let status = self.environment(name) else { return false }
            return status.commit == commit && status.progress != .deploying
        }
        return try #require(environment(name), sourceLocation: sourceLocation)
    }

    /// Waits until a deployment of a commit has failed, and returns it.
    func failed(
        _ commit: ObjectID, in name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws
        -> FailureRecord
    {
        try eventually("\(commit.short) failed in \(name)", sourceLocation: sourceLocation) {
            let deployment = self.environment(name)?.deployment
            return deployment?.commit == commit && deployment?.state == .failed
        }
        return try #require(environment(name)?.deployment?.failure, sourceLocation: sourceLocation)
    }

    /// The page that an environment serves through the proxy; nil when it serves none.
    func page(of environment: String, path: String = "/") -> String? {
        guard var session = try? HTTPSession() else { return nil }
        let answer = try? session.perform(
            HTTPRequest(
                url: "http://127.0.0.1:\(httpPort)\(path)",
                headers: [HTTPHeader("Host", "\(environment)--shop.localhost")], timeout: .seconds(5),
                keepsConnection: false))
        guard let answer, answer.status == 200 else { return nil }
        return String(decoding: answer.body, as: UTF8.self)
    }

    // What the engine has

    /// A container as the engine lists it.
    struct Container: Decodable {
        let Id: String
        let Names: [String]
        let State: String
        let Labels: [String: String]
    }

    private struct Network: Decodable { let Name: String }

    private var instance: String? {
        let data = FileManager.default.contents(atPath: directory.path(of: "state/instance"))
        return data.map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } }
    }

    /// The containers of this daemon, or of one of its environments.
    func containers(of environment: String? = nil) -> [Container] {
        labelled([Container].self, "/v1.40/containers/json?all=1&", environment) ?? []
    }

    /// The networks of this daemon, or of one of its environments.
    func networks(of environment: String? = nil) -> [String] {
        labelled([Network].self, "/v1.40/networks?", environment)?.map(\.Name) ?? []
    }

    private func labelled<Value: Decodable>(_ type: Value.Type, _ path: String, _ environment: String?) -> Value? {
        guard let instance else { return nil }
        let filter =
            "%7B%22label%22%3A%5B%22\(Label.instance)%3D\(instance)%22"
            + (environment.map { "%2C%22\(Label.environment)%3D\($0)%22" } ?? "") + "%5D%7D"
        guard let answer = try? engine.ask("GET", path + "filters=" + filter), answer.isSuccess else { return nil }
        return try? JSONDecoder().decode(type, from: Data(answer.body))
    }

    // Waiting

    /// Waits until something is so; fails the test, with what the daemon said last, when it does not become so.
    func eventually(
        _ what: String, within limit: Duration = Scene.patience, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () throws -> Bool
    ) throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try isSo() { return }
            usleep(20_000)
        }
        Issue.record("not in time: \(what)\n\(daemon.logTail())", sourceLocation: sourceLocation)
        throw NotInTime(what: what)
    }

    struct NotInTime: Error { let what: String }
}
