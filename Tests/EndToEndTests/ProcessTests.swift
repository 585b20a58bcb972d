import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// The daemon as a process: signals, limits, what a dead one left behind, and other versions of itself.
@Suite struct ProcessTests {
    @Test func aStopWithEightBuildsRunningIsPromptAndTheyAreBegunOnceMore() async throws {
        let stage = try ScriptedStage(more: "  builds: 8\n")
        defer { stage.end() }
        stage.engine.buildStepTime = .seconds(300)
        let services = (1...8).map { "  s\($0):\n    build: { context: s\($0) }\n    public: false\n" }.joined()
        var files = ["slipway.yml": "services:\n" + services]
        for number in 1...8 {
            files["s\(number)/Dockerfile"] = "FROM scratch\nCOPY page /\nEXPOSE 8080\n"
            files["s\(number)/page"] = "\(number)\n"
        }
        let commit = try stage.workshop.push(files, to: "main", of: "shop")
        let serving = stage.daemon.servingToTheEnd()
        try await stage.eventually("eight builds run") {
            stage.engine.ledger.counts(of: .buildBegun).count == 8
        }
        let start = ContinuousClock.now
        kill(try #require(stage.pid), SIGTERM)
        try await stage.eventually("the daemon ends", within: .seconds(30)) { serving.result != nil }
        let took = ContinuousClock.now - start
        print("a stop with eight builds running took \(took)")
        #expect(took < .seconds(10))
        let ending = try #require(serving.result).get()
        #expect(ending.status == 0, "\(ending.errorOutput)")

        let mark = stage.engine.ledger.count
        stage.engine.buildStepTime = .zero
        try stage.daemon.start()
        try await stage.eventually("it is live") { stage.environment("staging")?.commit?.hex == commit }
        let begun = stage.engine.ledger.counts(of: .buildBegun, after: mark)
        #expect(begun.count == 8 && begun.values.allSatisfy { $0 == 1 }, "\(begun)")
        #expect(stage.engine.ledger.repeated(.imageBuilt).isEmpty)
        #expect(stage.engine.ledger.repeated(.containerCreated).isEmpty)
        let history = stage.get([Deployment].self, "/projects/shop/history?environment=staging") ?? []
        #expect(history.map(\.state) == [.live], "the deployment that was interrupted went on")
    }

    @Test func descriptorsThatRunOutComeBack() async throws {
        let stage = try ScriptedStage()
        defer { stage.end() }
        let commit = try stage.workshop.push(["Dockerfile": "FROM scratch\nEXPOSE 8080\n"], to: "main", of: "shop")
        try stage.daemon.start(under: ["/usr/bin/prlimit", "--nofile=64:64"])
        try await stage.eventually("it is live") { stage.environment("staging")?.commit?.hex == commit }
        // Each takes a descriptor of the daemon's and asks for nothing.
        var held: [Int32] = []
        for _ in 0..<200 { if let connection = Loopback.connect(to: stage.listenPort) { held.append(connection) } }
        #expect(held.count > 64)
        try await stage.eventually("the daemon has no descriptor left, or refuses more") {
            stage.descriptors() >= 60 || held.count > 64
        }
        let next = try stage.workshop.push(["a": "b"], to: "main", of: "shop")
        for connection in held { close(connection) }
        try await stage.eventually("it answers again") { stage.ask("GET", "/healthz")?.isSuccess == true }
        #expect(stage.ask("POST", "/api/v1/projects/shop/refresh")?.isSuccess == true)
        try await stage.eventually("it works on") { stage.environment("staging")?.commit?.hex == next }
        #expect(stage.daemon.isRunning)
    }

    /// F-K9: a socket that nobody listens at, and a lock whose holder's number is another program's by now.
    @Test func whatADeadDaemonLeftIsNoObstacleAndNobodyElseIsHarmed() async throws {
        let stage = try ScriptedStage()
        defer { stage.end() }
        try stage.daemon.start()
        try await stage.eventually("it is ready") { stage.ask("GET", "/healthz")?.isSuccess == true }
        stage.daemon.kill()
        #expect(access(stage.directory.path(of: "slipway.sock"), F_OK) == 0, "the socket is left behind")
        let stranger = BackgroundProgram("/bin/sleep", ["1000.25"])
        defer { withExtendedLifetime(stranger) {} }
        try await stage.eventually("the stranger runs") { !Processes.running(with: "/bin/sleep 1000.25").isEmpty }
        let pid = try #require(Processes.running(with: "/bin/sleep 1000.25").max())
        try stage.directory.write("pid: \(pid)\nsince: x\ncommand: slipway serve\n", to: "state/lock")
        try stage.daemon.start()
        try await stage.eventually("it is ready") { stage.ask("GET", "/healthz")?.isSuccess == true }
        stage.daemon.stop()
        #expect(kill(pid, 0) == 0, "a process that it did not start was signalled")
    }

    @Test func aConfigurationWithAMistakeIsRefusedAtTheStartAndKeptOutAfterwards() async throws {
        let stage = try ScriptedStage()
        defer { stage.end() }
        let good = try String(contentsOf: URL(filePath: stage.directory.path(of: "config.yml")), encoding: .utf8)
        let bad = good.replacing("poll:", with: "pol:")
        try stage.directory.write(bad, to: "config.yml")
        let line = try #require(bad.split(separator: "\n").firstIndex { $0.hasPrefix("pol:") }) + 1
        let ending = try stage.daemon.serveToTheEnd()
        #expect(ending.status == 1)
        #expect(ending.errorOutput.contains("config.yml:\(line):1:"), "\(ending.errorOutput)")

        try stage.directory.write(good, to: "config.yml")
        try stage.daemon.start()
        try await stage.eventually("it is ready") { stage.ask("GET", "/healthz")?.isSuccess == true }
        try stage.directory.write(bad, to: "config.yml")
        kill(stage.daemon.pid, SIGHUP)
        try await stage.eventually("it says what is wrong") {
            stage.daemon.lines(saying: "config.yml:\(line):1:") == 1
        }
        #expect(stage.daemon.lines(saying: "the configuration it was started with stays in force") == 1)
        try stage.directory.write(good, to: "config.yml")
        kill(stage.daemon.pid, SIGHUP)
        try await stage.eventually("it says that nothing is wrong") {
            stage.daemon.lines(saying: "takes effect when the daemon is restarted") == 1
        }
        #expect(stage.ask("GET", "/healthz")?.isSuccess == true)
    }

    /// F-V1: two versions take turns while there is work; a copy of the program stands for the other one.
    @Test func versionsTakeTurnsAndNothingIsLostOrDoubled() async throws {
        try await Scene.play(on: .podman) { scene in
            let other = scene.directory.path(of: "slipway-next")
            try FileManager.default.copyItem(atPath: DaemonProcess.program, toPath: other)
            let files = ["slipway.yml": Application.manifest("drain_timeout: 1s")]
            try await scene.live(try scene.push(page: "start", files: files), in: "staging")
            let load = Load(host: "staging--shop.localhost", port: scene.httpPort, pause: .milliseconds(5))
            var commits: [ObjectID] = []
            for turn in 1...3 {
                // One is being built, and started, when the versions change.
                let slow = Application.dockerfile(#"RUN ["/bin/busybox", "sleep", "1"]"#)
                let commit = try scene.push(page: "turn \(turn)", files: ["Dockerfile": slow])
                commits.append(commit)
                let wanted: DeploymentState = turn == 2 ? .starting : .building
                try await scene.eventually("it is \(wanted) or further") {
                    guard let now = scene.environment("staging")?.deployment, now.commit == commit else { return false }
                    return now.state != .queued && (wanted == .building || now.state != .building)
                }
                scene.daemon.stop()
                try scene.daemon.start(program: turn.isMultiple(of: 2) ? nil : other)
                try await scene.live(commit, in: "staging")
            }
            let result = load.end()
            #expect(result.failures.isEmpty, "\(result.failures.prefix(3)) of \(result.total)")
            let history = scene.history(of: "staging")
            for commit in commits { #expect(history.count { $0.commit == commit } == 1) }
            #expect(history.count { $0.state == .live } == 1)
            #expect(history.allSatisfy { $0.state.isFinal })
            _ = try await scene.onlyContainer(of: "staging")
        }
    }
}

/// A daemon on an engine that runs nothing, with a repository and a real Caddy.
private final class ScriptedStage {
    let engine: ScriptedEngine
    let workshop: GitWorkshop
    let directory: TemporaryDirectory
    let daemon: DaemonProcess
    let listenPort: Int
    private let httpPort: Int

    /// - Parameter more: lines of `runtime`.
    init(more: String = "") throws {
        engine = try ScriptedEngine()
        workshop = try GitWorkshop()
        directory = try TemporaryDirectory()
        daemon = DaemonProcess(directory: directory)
        listenPort = try #require(Loopback.freePort())
        httpPort = try #require(Loopback.freePort())
        try workshop.makeRemote("shop")
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
            \(more)router: { http: \(httpPort) }
            poll: { interval: 1s }
            projects: [{ name: shop, repository: "file://\(workshop.path(of: "shop.git"))" }]

            """, to: "config.yml")
    }

    /// The process that has the state directory.
    var pid: Int32? {
        let text = String(decoding: ProcFile.bytes(at: directory.path(of: "state/lock")), as: UTF8.self)
        return text.split(separator: "\n").first { $0.hasPrefix("pid: ") }.flatMap { Int32($0.dropFirst(5)) }
    }

    /// How many descriptors the daemon has open.
    func descriptors() -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(daemon.pid)/fd").count) ?? 0
    }

    func ask(_ method: String, _ path: String) -> HTTPResponse? {
        guard var session = try? HTTPSession() else { return nil }
        return try? session.perform(
            HTTPRequest(
                method: method, socketPath: directory.path(of: "slipway.sock"), url: "http://localhost\(path)",
                timeout: .seconds(10), keepsConnection: false))
    }

    func get<Value: Decodable>(_ type: Value.Type, _ path: String) -> Value? {
        guard let answer = ask("GET", "/api/v1" + path), answer.isSuccess else { return nil }
        return try? JSONDecoder().decode(type, from: Data(answer.body))
    }

    func environment(_ name: String) -> EnvironmentStatus? {
        get(EnvironmentStatus.self, "/projects/shop/environments/\(name)")
    }

    func eventually(
        _ what: String, within limit: Duration = Scene.patience, sourceLocation: SourceLocation = #_sourceLocation,
        _ isSo: () throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try isSo() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("not in time: \(what)\n\(daemon.logTail())", sourceLocation: sourceLocation)
        throw Scene.NotInTime(what: what)
    }

    func end() {
        daemon.stop()
        let admin = directory.path(of: "state/caddy/admin.sock")
        if var session = try? HTTPSession() {
            _ = try? session.perform(
                HTTPRequest(
                    method: "POST", socketPath: admin, url: "http://localhost/stop",
                    headers: [HTTPHeader("Host", "")], timeout: .seconds(5)))
        }
        engine.end()
    }
}
