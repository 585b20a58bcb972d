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
    let daemon: DaemonProcess
    let secret = "the webhook's secret"
    var deliveries = 0

    /// How long one thing may take on a machine that is busy with everything else.
    static let patience = Duration.seconds(60)

    /// Plays one scene when a stage is free, and clears away everything it made.
    ///
    /// - Parameters:
    ///   - polling: how often the daemon looks at the remote by itself.
    ///   - isOwn: the engine is this scene's alone, to be stopped and started.
    ///   - starts: whether the daemon is started, and has found the remote empty, before the body begins.
    ///   - host: the kind of Git host.
    ///   - repository: the lines of the configuration that name the remote and the credential.
    static func play(
        on program: EngineFixture.Program, polling: String = "60s", withOwnEngine isOwn: Bool = false,
        starts: Bool = true, host: GitHostKind = .github, repository: (GitWorkshop) throws -> String = Scene.local,
        _ body: (Scene) async throws -> Void
    ) async throws {
        let stage = Stages.stage(of: program)
        await stage.enter()
        do {
            let engine = try await isOwn ? EngineFixture.forOneTest(program) : EngineFixture.forTest(program)
            let scene = try Scene(engine, polling: polling, host: host, repository: repository)
            defer { scene.end(isOwn: isOwn) }
            if starts { try await scene.start() }
            try await body(scene)
        } catch {
            await stage.leave()
            throw error
        }
        await stage.leave()
    }

    /// The remote by its path.
    static func local(_ workshop: GitWorkshop) -> String { "repository: file://\(workshop.path(of: "shop.git"))" }

    private init(
        _ engine: EngineFixture, polling: String, host: GitHostKind, repository: (GitWorkshop) throws -> String
    ) throws {
        self.engine = engine
        workshop = try GitWorkshop()
        directory = try TemporaryDirectory()
        httpPort = try #require(Loopback.freePort())
        listenPort = try #require(Loopback.freePort())
        daemon = DaemonProcess(directory: directory)
        try workshop.makeRemote("shop")
        try directory.write(secret, to: "secret")
        chmod(directory.path(of: "secret"), 0o600)
        let firstPort = 10_000 + Int.random(in: 0..<100) * 200
        try directory.write(
            """
            state: \(directory.path)/state
            listen: 127.0.0.1:\(listenPort)
            socket: \(directory.path)/slipway.sock
            runtime:
              socket: \(engine.socketPath)
              subnets: \(engine.uniqueBlock())
              ports: \(firstPort)-\(firstPort + 199)
            router: { http: \(httpPort) }
            poll: { interval: \(polling) }
            projects:
              - name: shop
                host: \(host.rawValue)
                webhook_secret: { file: \(directory.path)/secret }
                \(try repository(workshop))

            """, to: "config.yml")
    }

    // The daemon

    /// Starts the daemon and waits until it says that it is ready, and has looked at the remote.
    func start(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try daemon.start()
        try await eventually("the daemon is ready", sourceLocation: sourceLocation) {
            ask("GET", "/readyz")?.isSuccess == true && project()?.listedAt != nil
        }
    }

    private func end(isOwn: Bool) {
        daemon.stop()
        stopProxy()
        if isOwn { return engine.end() }
        for container in containers() { remove(container.Id) }
        for network in networks() { _ = try? engine.ask("DELETE", "/v1.40/networks/\(network)") }
    }

    // Waiting

    /// Waits until something is so; fails the test, with what the daemon said last, when it does not become so.
    func eventually(
        _ what: String, within limit: Duration = Scene.patience, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("not in time: \(what)\n\(state())\n\(daemon.logTail())", sourceLocation: sourceLocation)
        throw NotInTime(what: what)
    }

    /// What people would be shown at this moment, in short.
    private func state() -> String {
        environments().map { environment in
            let open = environment.deployment?.steps.filter { $0.endedAt == nil }.map {
                "\($0.name) since \($0.startedAt)"
            }
            return "\(environment.id): \(environment.health) \(environment.progress), \(environment.reason)"
                + " \(environment.deployment?.state.rawValue ?? "") \(open ?? [])"
        }.joined(separator: "\n")
    }

    struct NotInTime: Error { let what: String }
}
