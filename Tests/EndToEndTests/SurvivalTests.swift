import FoundationEssentials
import Glibc
import Model
import TestSupport
import Testing

/// Whatever happens to the daemon, its records, containers or the machine: what Git says runs again.
@Suite struct SurvivalTests {
    private static let quick = ["slipway.yml": Application.manifest("drain_timeout: 1s")]

    @Test(arguments: EngineFixture.Program.allCases)
    func aKilledDaemonGoesOnWhereItWas(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "start", files: Self.quick), in: "staging")
            for moment in [DeploymentState.queued, .building, .starting, .live] {
                // The time each moment lasts is the application's, so that the kill hits it.
                let commit = try scene.push(
                    page: "\(moment)",
                    files: [
                        "Dockerfile": Application.dockerfile(#"RUN ["/bin/busybox", "sleep", "1"]"#),
                        "serve.sh": "sleep 1\n" + Application.script,
                    ])
                try await scene.eventually("the deployment is \(moment) or further") {
                    guard let now = scene.environment("staging")?.deployment, now.commit == commit else {
                        return false
                    }
                    return Self.order(now.state) >= Self.order(moment)
                }
                scene.daemon.kill()
                #expect(scene.page(of: "staging") != nil, "applications do not need the daemon")
                try await scene.start()
                try await scene.live(commit, in: "staging")
                #expect(scene.page(of: "staging") == "\(moment)\n")
                _ = try await scene.onlyContainer(of: "staging")
            }
            #expect(scene.networks(of: "staging").count == 1)
            let history = scene.history(of: "staging")
            #expect(history.allSatisfy { $0.state.isFinal })
            #expect(history.count { $0.state == .live } == 1)
        }
    }

    @Test func aDeploymentThatACrashCutOffDoesNotStayOpen() async throws {
        try await Scene.play(on: .podman) { scene in
            let first = try scene.push(page: "first", files: Self.quick)
            try await scene.live(first, in: "staging")
            let slow = try scene.push(
                page: "slow", files: ["Dockerfile": Application.dockerfile(#"RUN ["/bin/busybox", "sleep", "20"]"#)])
            try await scene.eventually("it is being built") {
                scene.environment("staging")?.deployment?.state == .building
            }
            scene.daemon.kill()
            // What is wanted by then is what ran before, so that no deployment follows.
            try scene.git("reset", "-q", "--hard", first.hex)
            try scene.git("push", "-q", "--force", "origin", "main")
            try await scene.start()
            try await scene.eventually("the cut-off deployment has ended") {
                scene.history(of: "staging").first { $0.commit == slow }?.state == .superseded
            }
            #expect(scene.environment("staging")?.commit == first)
            #expect(scene.environment("staging")?.progress == .current)
        }
    }

    private static func order(_ state: DeploymentState) -> Int {
        DeploymentState.allCases.firstIndex(of: state) ?? 0
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aContainerThatSomebodyStopsOrRemovesComesBack(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "here", files: Self.quick), in: "staging")
            let container = try await scene.onlyContainer(of: "staging")
            var start = ContinuousClock.now
            try scene.engine.ask("POST", "/v1.40/containers/\(container.Id)/stop?t=5")
            start = .now
            try await scene.eventually("the stopped container serves again") {
                scene.page(of: "staging") == "here\n"
            }
            print("\(program): back after it was stopped: \(ContinuousClock.now - start)")

            start = .now
            scene.remove(try await scene.onlyContainer(of: "staging").Id)
            start = .now
            try await scene.eventually("the removed container serves again") {
                scene.page(of: "staging") == "here\n"
            }
            print("\(program): back after it was removed: \(ContinuousClock.now - start)")
            _ = try await scene.onlyContainer(of: "staging")
            try await scene.eventually("it is healthy") { scene.environment("staging")?.health == .healthy }
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aLostDatabaseCostsNothingThatRuns(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let first = try scene.push(page: "first", files: Self.quick)
            try await scene.live(first, in: "staging")
            try scene.tag("v1.0.0")
            try await scene.live(first, in: "production")
            let second = try scene.push(page: "second")
            try await scene.live(second, in: "staging")
            try scene.tag("v1.1.0")
            try await scene.live(second, in: "production")
            try scene.wish("rollback", of: "production", ["reason": "the second is slow"])
            try await scene.live(first, in: "production")
            try scene.checkOut("greeting", isNew: true)
            let shown = try scene.push(page: "shown", to: "greeting")
            try await scene.live(shown, in: "greeting")
            try scene.wish("hold", of: "greeting", ["reason": "a customer looks at it"])
            try await scene.eventually("only what runs is left") { scene.containers().count == 3 }
            let runs = try scene.runs()

            scene.daemon.stop()
            #expect(scene.page(of: "staging") == "second\n")
            #expect(scene.page(of: "production") == "first\n")
            for suffix in ["", "-wal", "-shm"] { unlink(scene.directory.path(of: "state/slipway.db\(suffix)")) }
            let missed = try scene.push(page: "missed", to: "greeting", delivers: false)
            try await scene.start()

            try await scene.eventually("everything is adopted") {
                let environments = scene.environments()
                return environments.count == 3 && environments.allSatisfy { $0.health == .healthy }
            }
            #expect(scene.environment("production")?.hold?.kind == .rolledBack)
            #expect(scene.environment("production")?.hold?.reason == "the second is slow")
            #expect(scene.environment("production")?.commit == first)
            #expect(scene.environment("greeting")?.hold?.kind == .frozen)
            #expect(scene.environment("greeting")?.commit == shown)
            #expect(scene.environment("staging")?.commit == second)
            #expect(try scene.runs() == runs)
            #expect(scene.builds().isEmpty)

            // The daemon works on: a lifted hold lets the preview follow, production's stays.
            try scene.wish("resume", of: "greeting")
            try await scene.live(missed, in: "greeting")
            try scene.checkOut("main")
            let third = try scene.push(page: "third")
            try await scene.live(third, in: "staging")
            try scene.tag("v1.2.0")
            try await scene.eventually("production is held") {
                scene.environment("production")?.progress == .held && scene.why("production").contains("v1.2.0")
            }
            #expect(scene.page(of: "production") == "first\n")
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aProductionThatIsNotWhatGitSaysIsHeldWhenAdopted(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let first = try scene.push(page: "first", files: Self.quick)
            try await scene.live(first, in: "staging")
            try scene.tag("v1.0.0")
            try await scene.live(first, in: "production")
            scene.daemon.stop()
            let second = try scene.push(page: "second", delivers: false)
            try scene.tag("v1.1.0", delivers: false)
            for suffix in ["", "-wal", "-shm"] { unlink(scene.directory.path(of: "state/slipway.db\(suffix)")) }
            try await scene.start()
            try await scene.live(second, in: "staging")
            try await scene.eventually("production is held") {
                scene.environment("production")?.hold?.kind == .adopted
            }
            #expect(scene.page(of: "production") == "first\n")
            try scene.wish("resume", of: "production")
            try await scene.eventually("production asks, as the tag was there before") {
                scene.environment("production")?.progress == .waiting
            }
            #expect(scene.page(of: "production") == "first\n")
            try scene.wish("deploy", of: "production", ["commit": second.hex])
            try await scene.live(second, in: "production")
        }
    }

    /// What a machine does when it is shut down and booted again is what its units do: podman-restart.service stops and
    /// starts what should keep running, where Docker's daemon does so itself; Caddy's unit starts it with `--resume`.
    /// Slipway itself stays away.
    @Test(arguments: EngineFixture.Program.allCases)
    func aBootedMachineServesTheSameWithoutTheDaemon(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, withOwnEngine: true) { scene in
            let commit = try scene.push(page: "one", files: Self.quick)
            try await scene.live(commit, in: "staging")
            try scene.tag("v1.0.0")
            try await scene.live(commit, in: "production")
            scene.daemon.kill()
            scene.killProxy()
            try scene.engine.stopWhatRuns()
            scene.engine.stop()
            #expect(scene.page(of: "staging") == nil)

            try scene.engine.start()
            try scene.engine.startWhatShouldRun()
            try scene.startProxyAsItsUnitDoes()
            try await scene.eventually("staging is back") { scene.page(of: "staging") == "one\n" }
            try await scene.eventually("production is back") { scene.page(of: "production") == "one\n" }

            let runs = try scene.runs()
            try await scene.start()
            try await scene.live(commit, in: "staging")
            try await scene.live(commit, in: "production")
            #expect(try scene.runs() == runs)
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aSupersededBuildEndsWithItsProcesses(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let mark = "\(Int.random(in: 100_000..<1_000_000))"
            let slow = try scene.push(
                page: "slow",
                files: ["Dockerfile": Application.dockerfile(#"RUN ["/bin/busybox", "sleep", "\#(mark)"]"#)])
            try await scene.eventually("the build runs") { !Processes.running(with: "sleep \(mark)").isEmpty }
            let fast = try scene.push(page: "fast", files: ["Dockerfile": Application.dockerfile()])
            let start = ContinuousClock.now
            try await scene.eventually("the build is gone", within: .seconds(20)) {
                Processes.running(with: "sleep \(mark)").isEmpty
            }
            print("\(program): a superseded build's processes were gone after \(ContinuousClock.now - start)")
            try await scene.live(fast, in: "staging")
            #expect(scene.history(of: "staging").first { $0.commit == slow }?.state == .superseded)
        }
    }
}
