import FoundationEssentials
import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// What the daemon needs is not there, or goes away: said so, and mended by itself when it is back.
@Suite struct OutageTests {
    @Test(arguments: EngineFixture.Program.one)
    func aRemoteThatMovedAwayIsNotEmpty(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let commit = try await pushWithPreview(scene)
            let runs = try scene.runs()
            let bare = scene.workshop.path(of: "shop.git")
            try #require(rename(bare, bare + ".moved") == 0)
            // A branch is forgotten when two listings lack it: three failed ones must not count.
            for _ in 1...3 {
                let looks = scene.daemon.lines(saying: "listed ")
                scene.refresh()
                try await scene.eventually("the remote is looked at") {
                    scene.daemon.lines(saying: "listed ") > looks
                        && scene.project()?.problem?.reason == .remoteNotFound
                }
            }
            #expect(scene.why("greeting").contains("the remote could not be read"))
            #expect(scene.environment("greeting")?.commit == commit)
            #expect(scene.page(of: "greeting") == "two\n")
            #expect(try scene.runs() == runs)

            try #require(rename(bare + ".moved", bare) == 0)
            scene.refresh()
            try await scene.eventually("the remote answers again") { scene.project()?.problem == nil }
            #expect(try scene.runs() == runs)
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func aRemoteThatRefusesTheCredentialIsNotEmpty(_ program: EngineFixture.Program) async throws {
        var server: PrivateGitServer?
        try await Scene.play(
            on: program, starts: false,
            repository: { workshop in
                let started = try PrivateGitServer(workshop)
                server = started
                let password = try workshop.write("secret\n", to: "password")
                chmod(password, 0o600)
                return """
                    repository: http://127.0.0.1:\(started.port)/git/shop.git
                        credential: { user: ada, password: { file: \(password) } }
                    """
            },
            { scene in
                try await scene.start()
                let commit = try await pushWithPreview(scene)
                let runs = try scene.runs()
                try scene.workshop.write("ada:changed\n", to: "users")
                scene.refresh()
                try await scene.eventually("the refusal is noticed") {
                    scene.project()?.problem?.reason == .remoteUnauthorised
                }
                #expect(scene.project()?.problem?.message.contains("secret") == false)
                #expect(scene.environment("greeting")?.commit == commit)
                #expect(try scene.runs() == runs)
                try scene.workshop.write("ada:secret\n", to: "users")
                scene.refresh()
                try await scene.eventually("the remote answers again") { scene.project()?.problem == nil }
                #expect(try scene.runs() == runs)
            })
        withExtendedLifetime(server) {}
    }

    private func pushWithPreview(_ scene: Scene) async throws -> ObjectID {
        let manifest = ["slipway.yml": Application.manifest("drain_timeout: 1s")]
        try await scene.live(try scene.push(page: "one", files: manifest), in: "staging")
        try scene.checkOut("greeting", isNew: true)
        let commit = try scene.push(page: "two", to: "greeting")
        try await scene.live(commit, in: "greeting")
        return commit
    }

    @Test(arguments: EngineFixture.Program.one)
    func aPortThatIsTakenIsNamed(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, starts: false) { scene in
            // The proxy's port: the daemon waits for it.
            let stranger = try #require(Loopback.occupy(scene.httpPort))
            try scene.daemon.start()
            try await scene.eventually("the taken port is noticed") {
                scene.get(DaemonStatus.self, "/status")?.router.problem?.contains("port \(scene.httpPort)") == true
            }
            #expect(scene.ask("GET", "/readyz")?.status == 503)
            try await scene.eventually("only that part is not ready") { scene.unreadyParts() == [.proxy] }
            close(stranger)
            try await scene.eventually("the proxy is there") { scene.ask("GET", "/readyz")?.status == 200 }

            scene.daemon.stop()
            scene.stopProxy()
            try await scene.eventually("the proxy has ended") { scene.visit("staging--shop.localhost") == nil }
            // The API's own port: the daemon cannot do without, and does nothing before it has it.
            let listener = try #require(Loopback.occupy(scene.listenPort))
            let ending = try scene.daemon.serveToTheEnd()
            #expect(ending.status == 1)
            #expect(ending.errorOutput.contains("\(scene.listenPort)"), "\(ending.errorOutput)")
            #expect(!ending.errorOutput.contains("started managed Caddy"), "\(ending.errorOutput)")
            #expect(scene.visit("staging--shop.localhost") == nil, "no proxy was started")
            close(listener)
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func aSecondDaemonOnTheSameStateIsRefused(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let ending = try scene.daemon.serveToTheEnd()
            #expect(ending.status == 75)
            #expect(ending.errorOutput.contains("\(scene.daemon.pid)"), "\(ending.errorOutput)")
            #expect(scene.ask("GET", "/readyz")?.status == 200)
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func anEngineThatIsAwayIsWaitedFor(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, withOwnEngine: true, starts: false) { scene in
            // Not there yet.
            scene.engine.stop()
            try scene.daemon.start()
            try await scene.eventually("the missing engine is noticed") {
                scene.get(DaemonStatus.self, "/status")?.engine.problem != nil
            }
            #expect(scene.ask("GET", "/readyz")?.status == 503)
            try await scene.eventually("only that part is not ready") { scene.unreadyParts() == [.engine] }
            let commit = try scene.push(page: "one")
            try scene.engine.start()
            try await scene.live(commit, in: "staging")
            #expect(scene.page(of: "staging") == "one\n")
            #expect(scene.ask("GET", "/readyz")?.status == 200)

            // Gone in the middle.
            scene.engine.stop()
            try await scene.eventually("the engine is missed") { scene.environment("staging")?.health == .unknown }
            let reason = scene.environment("staging")?.healthReason ?? ""
            #expect(reason.contains("the engine does not answer since"), "\(reason)")
            // Podman's containers run without its service; Docker's end with it.
            if program == .podman { #expect(scene.page(of: "staging") == "one\n") }
            try scene.engine.start()
            try await scene.live(commit, in: "staging")
            try await scene.eventually("it serves") { scene.page(of: "staging") == "one\n" }
            _ = try await scene.onlyContainer(of: "staging")
        }
    }
}
