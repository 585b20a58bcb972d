import HTTPClient
import Model
import TestSupport
import Testing

/// The main job, as a user sees it, on each engine.
@Suite struct GoldenPathTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func pushPreviewMergeTagDelete(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            // The default branch is staging, from nothing but a Dockerfile.
            let first = try scene.push(page: "one")
            try await scene.live(first, in: "staging")
            #expect(scene.page(of: "staging") == "one\n")
            #expect(scene.builds().count == 1)
            let variables = scene.page(of: "staging", path: "/env")?.split(separator: "\n").map(String.init) ?? []
            for line in [
                "PORT=8080", "SLIPWAY_PROJECT=shop", "SLIPWAY_ENVIRONMENT=staging", "SLIPWAY_SERVICE=web",
                "SLIPWAY_BRANCH=main", "SLIPWAY_COMMIT=\(first)",
                "SLIPWAY_URL=http://staging--shop.localhost:\(scene.httpPort)",
            ] { #expect(variables.contains(line)) }

            // A branch has its preview, beside staging.
            try scene.checkOut("greeting", isNew: true)
            let second = try scene.push(page: "two", to: "greeting")
            let preview = try await scene.live(second, in: "greeting")
            #expect(preview.kind == .preview)
            #expect(preview.urls == ["http://greeting--shop.localhost:\(scene.httpPort)"])
            #expect(scene.page(of: "greeting") == "two\n")
            #expect(scene.page(of: "staging") == "one\n")
            #expect(scene.builds().count == 2)

            // Merged: the previewed image is what staging runs.
            let merged = try scene.merge("greeting")
            let staging = try await scene.live(merged, in: "staging")
            #expect(scene.page(of: "staging") == "two\n")
            #expect(scene.builds().count == 2, "the merged tree is the previewed one: nothing is built")
            #expect(staging.services.map(\.image) == preview.services.map(\.image))
            #expect(staging.deployment?.built == false)

            // Tagged: the very image that staging ran is what production runs.
            let tagged = try scene.tag("v1.0.0")
            let production = try await scene.live(tagged, in: "production")
            #expect(production.services.map(\.image) == staging.services.map(\.image))
            #expect(production.release == staging.release)
            #expect(scene.page(of: "production") == "two\n")
            #expect(scene.builds().count == 2)

            // Deleted: nothing of the preview is left.
            try scene.deleteBranch("greeting")
            try await scene.eventually("the preview is gone") { scene.environment("greeting") == nil }
            #expect(scene.containers(of: "greeting").isEmpty)
            #expect(scene.networks(of: "greeting").isEmpty)
            #expect(scene.visit("greeting--shop.localhost")?.status == 404)
            #expect(scene.page(of: "staging") == "two\n")
            #expect(scene.page(of: "production") == "two\n")
            try await scene.eventually("only what runs is left") { scene.containers().count == 2 }
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func anUpdateFailsNoRequest(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let manifest = ["slipway.yml": Application.manifest("drain_timeout: 1s")]
            try await scene.live(try scene.push(page: "0", files: manifest), in: "staging")
            let load = Load(host: "staging--shop.localhost", port: scene.httpPort)
            for number in 1...3 { try await scene.live(try scene.push(page: "\(number)"), in: "staging") }
            _ = try await scene.onlyContainer(of: "staging")
            let result = load.end()
            #expect(result.failures == [])
            #expect(result.total > 20)
            #expect(scene.page(of: "staging") == "3\n")
        }
    }
}
