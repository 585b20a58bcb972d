import FoundationEssentials
import Model
import TestSupport
import Testing

/// The verbs of the command line beside a daemon at work.
@Suite struct CommandLineTests {
    @Test(arguments: EngineFixture.Program.one)
    func theVerbsSayWhatIsSo(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let daemon = scene.daemon
            let commit = try scene.push(page: "one")
            var ending = try daemon.run("wait", "shop", "staging", "--commit", commit.hex, "--timeout", "60s")
            #expect(ending.status == 0, "\(ending.errorOutput)")
            #expect(scene.page(of: "staging") == "one\n", "what is live answers")

            ending = try daemon.run("status")
            #expect(ending.status == 0)
            for word in ["shop", "staging", "healthy", commit.short] { #expect(ending.output.contains(word)) }
            let whole = try JSONDecoder().decode(
                DaemonStatus.self, from: Data(try daemon.run("status", "--json").output.utf8))
            #expect(whole.projects.map(\.name.rawValue) == ["shop"])

            ending = try daemon.run("env", "show", "shop", "staging")
            #expect(ending.output.contains("http://staging--shop.localhost:\(scene.httpPort)"), "\(ending.output)")
            let shown = try JSONDecoder().decode(
                EnvironmentStatus.self,
                from: Data(try daemon.run("env", "show", "shop", "staging", "--json").output.utf8))
            #expect(shown.commit == commit)
            #expect(shown.services.map(\.image) == scene.environment("staging")?.services.map(\.image))

            #expect(try daemon.run("logs", "shop", "staging").output.contains("serving one\n"))
            let build = try daemon.run("logs", "shop", "staging", "--build")
            #expect(build.output.uppercased().contains("STEP"), "\(build.output)")

            // A deployment that fails, and one that is never asked for.
            let bad = try scene.push(["serve.sh": "echo no; exit 3\n"])
            ending = try daemon.run("wait", "shop", "staging", "--commit", bad.hex, "--timeout", "60s")
            #expect(ending.status == 1, "\(ending.errorOutput)")
            #expect(ending.errorOutput.contains("exit code 3"), "\(ending.errorOutput)")
            ending = try daemon.run(
                "wait", "shop", "staging", "--commit", String(repeating: "1", count: 40), "-t", "1s")
            #expect(ending.status == 6, "\(ending.errorOutput)")
            ending = try daemon.run("why", "shop", "staging")
            #expect(ending.status == 0)
            #expect(ending.output.contains("exit code 3"), "\(ending.output)")

            let history = try JSONDecoder().decode(
                [Deployment].self, from: Data(try daemon.run("history", "shop", "staging", "--json").output.utf8))
            #expect(history.map(\.commit) == [bad, commit])
            #expect(history.map(\.state) == [.failed, .live])
            #expect(try daemon.run("history", "shop").output.contains(bad.short))
            let events = try JSONDecoder().decode(
                [DaemonEvent].self, from: Data(try daemon.run("events", "shop", "--json").output.utf8))
            #expect(events.contains { $0.kind == "deployment.live" })
            #expect(events.contains { $0.kind == "deployment.failed" })
            #expect(try daemon.run("events", "shop").output.contains(commit.short))

            // Held, a person's wish is refused; lifted, it is carried out.
            #expect(try daemon.run("hold", "shop", "staging", "a demo").status == 0)
            #expect(try daemon.run("deploy", "shop", "staging", commit.hex).status == 7)
            #expect(try daemon.run("why", "shop", "staging").output.contains("a demo"))
            #expect(try daemon.run("resume", "shop", "staging").status == 0)

            // What there is not.
            ending = try daemon.run("env", "show", "shop", "nowhere")
            #expect(ending.status == 1)
            #expect(ending.errorOutput.contains("staging"), "it names those there are: \(ending.errorOutput)")
            #expect(try daemon.run("statsu").status == 2)
            daemon.stop()
            ending = try daemon.run("status")
            #expect(ending.status == 5, "\(ending.errorOutput)")
        }
    }
}
