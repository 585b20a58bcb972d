import HTTPClient
import Model
import TestSupport
import Testing

/// How previews leave by themselves, and how what left comes back.
@Suite struct ExpiryTests {
    @Test func previewsExpireAndComeBack() async throws {
        let manifest =
            Application.manifest("drain_timeout: 100ms") + "environments: { preview: { expire: 6s } }\n"
        try await Scene.play(on: .podman) { scene in
            let root = try scene.push(page: "root", files: ["slipway.yml": manifest])
            try await scene.live(root, in: "staging")
            try scene.checkOut("greeting", isNew: true)
            let first = try scene.push(page: "one", to: "greeting")
            try await scene.live(first, in: "greeting")

            // Nothing is pushed: it goes with everything it had; staging does not, whatever time passes.
            try await scene.eventually("the preview expired") { scene.environment("greeting") == nil }
            #expect(scene.containers(of: "greeting").isEmpty && scene.networks(of: "greeting").isEmpty)
            #expect(
                (scene.get([DaemonEvent].self, "/events?project=shop") ?? []).contains {
                    $0.kind == "environment.expired"
                })
            #expect(scene.environment("staging")?.health == .healthy)

            // Looking again does not bring it back; a push does, and more time keeps it.
            scene.refresh()
            let second = try scene.push(page: "two", to: "greeting")
            try await scene.live(second, in: "greeting")
            let extended = try scene.daemon.run("env", "extend", "shop", "greeting", "--by", "1h")
            #expect(extended.status == 0, "\(extended.errorOutput)")
            let left = try #require(scene.environment("greeting")?.expires)
            #expect(left.since(try #require(scene.environment("greeting")?.deployment?.liveAt)) > .seconds(3000))

            // Deleted by a person, it stays away until a person or a push wants it.
            #expect(try scene.daemon.run("env", "delete", "shop", "greeting").status == 0)
            try await scene.eventually("the preview is gone") { scene.environment("greeting") == nil }
            scene.refresh()
            let asked = try scene.daemon.run("deploy", "shop", "greeting", second.hex)
            #expect(asked.status == 0, "\(asked.errorOutput)")
            try await scene.live(second, in: "greeting")
            #expect(scene.page(of: "greeting") == "two\n")

            // What waits for nobody is not approved, and what does not expire is not extended.
            let approved = try scene.daemon.run("approve", "shop", "deletions")
            #expect(approved.status == 7)
            #expect(approved.errorOutput.contains("no deletions of 'shop' wait to be approved"))
            #expect(try scene.daemon.run("env", "extend", "shop", "staging").status == 7)
        }
    }
}
