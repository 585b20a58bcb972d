import FoundationEssentials
import Model
import TestSupport
import Testing

/// What a start makes of what the daemon before it left on record.
@Suite struct RestartTests {
    /// A build has an end on record, also one that nobody wants any more when the daemon is back.
    @Test func aBuildThatACrashCutOffEndsAtTheNextStart() async throws {
        try await Scene.play(on: try ScriptedEngine(.podman)) { scene in
            scene.scripted.buildStepTime = .seconds(30)
            let first = try scene.push(page: "one")
            try await scene.eventually("it is being built") { scene.builds().contains { $0.endedAt == nil } }
            scene.daemon.kill()
            let second = try scene.push(page: "two", delivers: false)
            scene.scripted.buildStepTime = .zero
            try await scene.start()
            let build = try #require(scene.builds().first { $0.commit == first })
            #expect(build.endedAt != nil)
            #expect(build.failure?.message == "the daemon ended while it was built")
            try await scene.live(second, in: "staging")
            #expect(scene.builds().allSatisfy { $0.endedAt != nil })
        }
    }

    /// The first listing of a start has the heads of pull requests that are known: none is taken to have come back.
    @Test func refsThatWereThereAreNotToldOfOnceMore() async throws {
        try await Scene.play(on: try ScriptedEngine(.podman)) { scene in
            let manifest = """
                services: { web: { health: { path: / } } }
                environments: { preview: { branches: [], forks: ask } }

                """
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": manifest]), in: "staging")
            let fork = try scene.pushFork(page: "fork", number: 42, on: .github)
            scene.refresh()
            try await scene.eventually("the fork waits") { scene.environment("pr-42")?.wanted == fork }
            let before = scene.events("ref.created").map(\.message)
            #expect(before.contains { $0.contains("pull request #42") }, "\(before)")
            scene.daemon.kill()
            try await scene.start()
            // Two listings more: the second is the one that confirms what the first showed.
            for _ in 0..<2 {
                let listed = scene.project()?.listedAt
                scene.refresh()
                try await scene.eventually("it is listed again") { scene.project()?.listedAt != listed }
            }
            let after = scene.events("ref.created").map(\.message)
            #expect(after == before)
            #expect(scene.environment("pr-42")?.wanted == fork)
        }
    }
}
