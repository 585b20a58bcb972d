import Model
import TestSupport
import Testing

/// The real daemon on a scripted engine: the main job, quickly, with the ledger as witness.
@Suite struct ScriptedSceneTests {
    @Test(arguments: ScriptedEngine.Manner.allCases)
    func everyEffectHappensOnce(_ manner: ScriptedEngine.Manner) async throws {
        try await Scene.play(on: try ScriptedEngine(manner)) { scene in
            let first = try scene.push(
                page: "one", files: ["slipway.yml": Application.manifest("drain_timeout: 1s", "health: { path: / }")])
            try await scene.live(first, in: "staging")
            #expect(scene.page(of: "staging") == "one\n")
            var slowest = Duration.zero
            for number in 2...4 {
                let start = ContinuousClock.now
                try await scene.live(try scene.push(page: "\(number)"), in: "staging")
                slowest = max(slowest, .now - start)
            }
            print("\(manner): a push, its commit included, was live within \(slowest)")
            try scene.tag("v1.0.0")
            try await scene.live(try scene.head, in: "production")
            #expect(scene.page(of: "production") == "4\n")
            try await scene.eventually("only what runs is left") { scene.containers().count == 2 }
            for effect in [EngineLedger.Effect.containerCreated, .containerStarted, .networkCreated, .imageBuilt] {
                #expect(scene.scripted.ledger.repeated(effect) == [], "\(effect)")
            }
            #expect(scene.scripted.ledger.counts(of: .imageBuilt).count == 4)
        }
    }
}
