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
    /// What lives as long as the scene does; goes before its directory.
    var belongings: [AnyObject] = []
    /// What the daemon builds and runs with.
    let host: any EngineUnderTest
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
    ///   - settings: more lines of the daemon's configuration.
    ///   - host: the kind of Git host.
    ///   - repository: the lines of the configuration that name the remote and the credential.
    static func play(
        on program: EngineFixture.Program, polling: String = "60s", withOwnEngine isOwn: Bool = false,
        starts: Bool = true, settings: String = "", host: GitHostKind = .github,
        repository: (GitWorkshop) throws -> String = Scene.local,
        _ body: (Scene) async throws -> Void
    ) async throws {
        let stages = Stages.stages(of: program)
        let stage = await stages.enter()
        do {
            let engine =
                try await isOwn
                ? EngineFixture.forOneTest(program) : EngineFixture.forTest(program, number: stage)
            let scene = try Scene(
                engine, polling: polling, settings: settings, gitHost: host, repository: repository)
            defer { scene.end(isOwn: isOwn) }
            if starts { try await scene.start() }
            try await body(scene)
        } catch {
            await stages.leave(stage)
            throw error
        }
        await stages.leave(stage)
    }

    /// Plays one scene on a scripted engine of its own: as many as there are run side by side.
    ///
    /// - Parameters:
    ///   - ports: how many ports the daemon may lend; each rests for a day after its use.
    ///   - settings: more lines of the daemon's configuration.
    ///   - host: the kind of Git host.
    ///   - repository: the lines of the configuration that name the remote and the credential.
    static func play(
        on engine: ScriptedEngine, polling: String = "60s", starts: Bool = true, ports: Int = 200,
        settings: String = "", host: GitHostKind = .github, repository: (GitWorkshop) throws -> String = Scene.local,
        _ body: (Scene) async throws -> Void
    ) async throws {
        let scene = try Scene(
            engine, polling: polling, ports: ports, settings: settings, gitHost: host, repository: repository)
        defer { scene.end(isOwn: true) }
        if starts { try await scene.start() }
        try await body(scene)
    }

    /// The engine, where it is a real one.
    var engine: EngineFixture {
        guard let engine = host as? EngineFixture else { preconditionFailure("this scene's engine is scripted") }
        return engine
    }

    /// The engine, where it is scripted.
    var scripted: ScriptedEngine {
        guard let engine = host as? ScriptedEngine else { preconditionFailure("this scene's engine is a real one") }
        return engine
    }

    /// The remote by its path.
    static func local(_ workshop: GitWorkshop) -> String { "repository: file://\(workshop.path(of: "shop.git"))" }

    private init(
        _ engine: any EngineUnderTest, polling: String, ports: Int = 200, settings: String = "",
        gitHost: GitHostKind = .github, repository: (GitWorkshop) throws -> String
    ) throws {
        host = engine
        workshop = try GitWorkshop()
        directory = try TemporaryDirectory()
        httpPort = try #require(Loopback.freePort())
        listenPort = try #require(Loopback.freePort())
        daemon = DaemonProcess(directory: directory)
        try workshop.makeRemote("shop")
        try directory.write(secret, to: "secret")
        chmod(directory.path(of: "secret"), 0o600)
        let firstPort = 10_000 + Int.random(in: 0..<20_000 / ports) * ports
        try directory.write(
            """
            state: \(directory.path)/state
            listen: 127.0.0.1:\(listenPort)
            socket: \(directory.path)/slipway.sock
            runtime:
              socket: \(engine.socketPath)
              subnets: \(engine.uniqueBlock())
              ports: \(firstPort)-\(firstPort + ports - 1)
            router: { http: \(httpPort) }
            poll: { interval: \(polling) }
            \(settings)
            projects:
              - name: shop
                host: \(gitHost.rawValue)
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
        if isOwn { return host.end() }
        for container in containers() { remove(container.Id) }
        for network in networks() { _ = try? host.ask("DELETE", "/v1.40/networks/\(network)") }
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
