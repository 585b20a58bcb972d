import Model
import TestSupport
import Testing

/// An engine that is restarted at some moment between a push and the moment it is live: in a build, at a start, in a switch.
@Suite struct EngineRestartTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func aRestartAtAnyMomentCostsOnlyTime(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, withOwnEngine: true) { scene in
            let manifest = ["slipway.yml": Application.manifest("drain_timeout: 1s", "stop_timeout: 2s")]
            try await scene.live(try scene.push(page: "first", files: manifest), in: "staging")
            var chance = SeededChance(seed: ChaosSize.seed)
            for round in 1...ChaosSize.engineRestarts {
                // Every other image takes a while to build, and every container a while to start.
                let steps = round.isMultiple(of: 2) ? [] : [#"RUN ["/bin/busybox", "sleep", "1"]"#]
                let commit = try scene.push(
                    page: "round \(round)",
                    files: [
                        "Dockerfile": (Application.dockerfile() + steps.joined(separator: "\n") + "\n"),
                        "serve.sh": "sleep 1\n" + Application.script,
                    ])
                let moment = Duration.milliseconds(Int.random(in: 0..<3500, using: &chance))
                try await Task.sleep(for: moment)
                try scene.engine.restart()
                try await scene.live(commit, in: "staging")
                try await scene.eventually("round \(round), restarted after \(moment), is served") {
                    scene.page(of: "staging") == "round \(round)\n"
                }
                _ = try await scene.onlyContainer(of: "staging")
                #expect(scene.networks(of: "staging").count == 1)
            }
            let history = scene.history(of: "staging")
            #expect(history.allSatisfy { $0.state.isFinal })
            #expect(history.count { $0.state == .live } == 1)
        }
    }
}
