import Model
import TestSupport
import Testing

/// What cannot be built or does not serve: said in the user's terms, while what ran before runs on.
@Suite struct BadBuildTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func aBuildThatFailsNamesTheLineAndChangesNothing(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "good"), in: "staging")
            let runs = try scene.runs()

            let unparsable = try scene.push(["Dockerfile": "FROM scratch\nCOPPY page /\n"])
            var failure = try await scene.failure(of: unparsable, in: "staging")
            #expect(failure.reason == .buildFailed)
            #expect(failure.message.contains("Dockerfile:2"), "\(failure.message)")
            #expect(failure.message.lowercased().contains("unknown instruction"), "\(failure.message)")

            let script = "echo compiling; echo the compiler is cross >&2; exit 3"
            let failing = try scene.push([
                "Dockerfile": Application.dockerfile(#"RUN ["/bin/sh", "-c", "\#(script)"]"#)
            ])
            failure = try await scene.failure(of: failing, in: "staging")
            #expect(failure.reason == .buildFailed)
            #expect(failure.message.contains("Dockerfile:7"), "\(failure.message)")
            #expect(failure.message.contains("3"), "\(failure.message)")
            #expect(failure.output.contains { $0.contains("compiling") }, "\(failure.output)")
            #expect(failure.output.contains { $0.contains("the compiler is cross") }, "\(failure.output)")
            #expect(scene.why("staging").contains("the compiler is cross"))

            try scene.git("rm", "-q", "Dockerfile")
            let missing = try scene.push(["Containerfile.old": "FROM scratch\n"])
            failure = try await scene.failure(of: missing, in: "staging")
            #expect(failure.reason == .contextRefused)
            #expect(failure.message.contains("'Dockerfile'"), "\(failure.message)")
            #expect(failure.hint?.contains("build.dockerfile") == true, "\(failure.hint ?? "")")

            #expect(scene.page(of: "staging") == "good\n")
            #expect(try scene.runs() == runs)
            #expect(scene.environment("staging")?.health == .healthy)
            #expect(scene.environment("staging")?.progress == .failed)

            try await scene.live(try scene.push(page: "mended"), in: "staging")
            #expect(scene.page(of: "staging") == "mended\n")
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func anImageThatDoesNotServeNeverGetsTheRoute(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let manifest = Application.manifest("health: { deadline: 2s }", "drain_timeout: 1s")
            try await scene.live(try scene.push(page: "good", files: ["slipway.yml": manifest]), in: "staging")
            let runs = try scene.runs()

            let exiting = try scene.push(["serve.sh": "echo cannot find the database\nexit 4\n"])
            var failure = try await scene.failure(of: exiting, in: "staging")
            #expect(failure.reason == .containerExited)
            #expect(failure.message.contains("exit code 4"), "\(failure.message)")
            #expect(failure.output.contains("cannot find the database"), "\(failure.output)")

            let silent = try scene.push(["serve.sh": "echo idling\nsleep 600\n"])
            failure = try await scene.failure(of: silent, in: "staging")
            #expect(failure.reason == .unhealthy)
            #expect(failure.hint?.contains("8080") == true, "\(failure.hint ?? "")")
            #expect(failure.hint?.contains("listens on no port") == true, "\(failure.hint ?? "")")
            #expect(failure.output.contains("idling"), "\(failure.output)")

            let elsewhere = try scene.push(["serve.sh": Application.script.replacing("$PORT", with: "9090")])
            failure = try await scene.failure(of: elsewhere, in: "staging")
            #expect(failure.reason == .unhealthy)
            #expect(failure.hint?.contains("9090") == true, "\(failure.hint ?? "")")
            #expect(failure.hint?.contains("services.web.port") == true, "\(failure.hint ?? "")")

            #expect(scene.page(of: "staging") == "good\n")
            #expect(try scene.runs() == runs)
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func everyMistakeOfAManifestIsReportedAtOnce(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "good"), in: "staging")
            let runs = try scene.runs()
            let manifest = """
                nmae: shop
                services:
                  web:
                    prot: 80
                    port: eighty
                    replicas: many
                    public: perhaps
                    health: { path: healthz, interval: 1 parsec }
                    resources: { memory: 512m }
                    depends_on: [nobody]
                    stop_timeout: -1s

                """
            let bad = try scene.push(page: "better", files: ["slipway.yml": manifest])
            let failure = try await scene.failure(of: bad, in: "staging")
            #expect(failure.reason == .manifestInvalid)
            // The first is in the sentence, the others below it: none is shown twice.
            #expect(failure.message.contains("slipway.yml:1:1"))
            #expect(!failure.output.contains { $0.contains("slipway.yml:1:1") })
            #expect(scene.why("staging").ranges(of: "slipway.yml:1:1").count == 1, "\(scene.why("staging"))")
            for mistake in [
                "slipway.yml:4:5", "slipway.yml:5:", "slipway.yml:6:", "slipway.yml:7:",
                "path", "interval", "slipway.yml:9:", "slipway.yml:10:", "slipway.yml:11:",
            ] { #expect(failure.output.contains { $0.contains(mistake) }, "\(mistake): \(failure.output)") }
            #expect(failure.output.count >= 9)
            #expect(failure.output.contains { $0.contains("did you mean 'port'?") }, "\(failure.output)")
            #expect(scene.project()?.manifestProblem != nil)
            #expect(scene.page(of: "staging") == "good\n")
            #expect(try scene.runs() == runs)
        }
    }
}
