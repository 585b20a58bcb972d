import Model
import TestSupport
import Testing

/// The main job, as a user sees it, on each engine.
@Suite(.serialized) struct GoldenPathTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func pushPreviewMergeTagDelete(_ program: EngineFixture.Program) throws {
        let scene = try Scene(program)
        defer { scene.end() }

        let first = try scene.push(page: "one")
        try scene.live(first, in: "staging")
        #expect(scene.page(of: "staging") == "one\n")
        #expect(scene.builds().count == 1)

        try scene.git("checkout", "-q", "-b", "greeting")
        let second = try scene.push(page: "two", to: "greeting")
        let preview = try scene.live(second, in: "greeting")
        #expect(preview.kind == .preview)
        #expect(scene.page(of: "greeting") == "two\n")
        #expect(scene.page(of: "staging") == "one\n")
        #expect(scene.builds().count == 2)

        try scene.git("checkout", "-q", "main")
        try scene.git("merge", "-q", "--no-ff", "--no-edit", "greeting")
        try scene.git("push", "-q", "origin", "main")
        let merged = try #require(ObjectID(try scene.git("rev-parse", "HEAD")))
        try scene.deliver(.branch("main"), merged)
        let staging = try scene.live(merged, in: "staging")
        #expect(scene.page(of: "staging") == "two\n")
        #expect(scene.builds().count == 2, "the merged tree is the previewed one: nothing is built")
        #expect(staging.services.map(\.image) == preview.services.map(\.image))
        #expect(staging.deployment?.built == false)

        let tagged = try scene.tag("v1.0.0")
        let production = try scene.live(tagged, in: "production")
        #expect(production.services.map(\.image) == staging.services.map(\.image))
        #expect(scene.page(of: "production") == "two\n")
        #expect(scene.builds().count == 2)

        try scene.git("push", "-q", "origin", "--delete", "greeting")
        try scene.deliver(.branch("greeting"), nil)
        try scene.eventually("the preview is gone") { scene.environment("greeting") == nil }
        #expect(scene.containers(of: "greeting").isEmpty)
        #expect(scene.networks(of: "greeting").isEmpty)
        #expect(scene.page(of: "greeting") == nil)
        #expect(scene.page(of: "production") == "two\n")
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func anUpdateFailsNoRequest(_ program: EngineFixture.Program) throws {
        let scene = try Scene(program)
        defer { scene.end() }
        try scene.live(try scene.push(page: "0"), in: "staging")
        let load = try Load(host: "staging--shop.localhost", port: scene.httpPort)
        for number in 1...3 { try scene.live(try scene.push(page: "\(number)"), in: "staging") }
        let result = load.end()
        #expect(result.failures == [])
        #expect(result.total > 20)
        #expect(scene.page(of: "staging") == "3\n")
    }
}
