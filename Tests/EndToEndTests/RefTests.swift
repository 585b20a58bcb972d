import HTTPClient
import Model
import TestSupport
import Testing

/// Branches and tags as people really make them.
@Suite struct RefTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func hostileBranchNamesHavePreviewsOfTheirOwn(_ program: EngineFixture.Program) async throws {
        let branches = [
            "feature/login", "Feature_Login", "feature-login", "grüße/日本語", #"it's-"quoted""#, "a;b&&c|$(d)<e>",
            "dots.-.dots", "-dash", String(repeating: "long", count: 50), "staging", "pr-7", "x",
        ]
        try await Scene.play(on: program) { scene in
            let commit = try scene.push(page: "one", files: ["slipway.yml": Application.manifest("drain_timeout: 1s")])
            try await scene.live(commit, in: "staging")
            for branch in branches { try scene.git("push", "-q", "origin", "HEAD:refs/heads/\(branch)") }
            scene.refresh()
            var previews: [EnvironmentStatus] = []
            try await scene.eventually("every branch has its preview") {
                previews = branches.compactMap { scene.environment(following: $0) }
                    .filter { $0.commit == commit && $0.progress == .current && $0.health == .healthy }
                return previews.count == branches.count
            }
            let names = previews.map(\.id.name.rawValue)
            #expect(Set(names).count == branches.count)
            #expect(names.contains("feature-login"))
            #expect(!names.contains("staging") && !names.contains("pr-7"))
            for name in names {
                #expect(name.utf8.count <= 40)
                #expect(scene.page(of: name) == "one\n", "\(name)")
            }
            #expect(scene.builds().count == 1)
            #expect(scene.page(of: "feature-login", path: "/env")?.contains("SLIPWAY_BRANCH=feature-login\n") == true)

            // All of them vanish at once: a person confirms it first.
            for branch in branches { try scene.git("push", "-q", "origin", "--delete", "refs/heads/\(branch)") }
            scene.refresh()
            try await scene.eventually("every preview asks") {
                scene.environments().filter { $0.kind == .preview && $0.gates.first?.kind == .confirmation }.count
                    == branches.count
            }
            #expect(scene.containers().count == branches.count + 1)
            #expect(scene.ask("POST", "/api/v1/projects/shop/approve-deletions")?.isSuccess == true)
            try await scene.eventually("every preview is gone") { scene.environments().count == 2 }
            #expect(scene.containers().count == 1)
            #expect(scene.networks().count == 1)
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func branchesAreForcedDeletedAndMadeAgain(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let manifest = ["slipway.yml": Application.manifest("drain_timeout: 1s")]
            // Nothing is pushed yet: no fault, and the first push makes staging.
            #expect(scene.project()?.problem == nil)
            let root = try scene.push(page: "root", files: manifest)
            try await scene.live(root, in: "staging")

            // Forced to where it never was.
            try scene.checkOut("greeting", isNew: true)
            try await scene.live(try scene.push(page: "one", to: "greeting"), in: "greeting")
            try scene.git("reset", "-q", "--hard", root.hex)
            try await scene.live(try scene.push(page: "another", to: "greeting"), in: "greeting")
            #expect(scene.page(of: "greeting") == "another\n")

            // Deleted and made again.
            try scene.deleteBranch("greeting")
            try await scene.eventually("the preview is gone") { scene.environment("greeting") == nil }
            #expect(scene.containers(of: "greeting").isEmpty)
            let again = try scene.push(page: "again", to: "greeting")
            try await scene.live(again, in: "greeting")
            #expect(scene.page(of: "greeting") == "again\n")

            // The default branch is renamed: staging follows with a note, production asks.
            try scene.checkOut("main")
            try scene.tag("v1.0.0")
            try await scene.live(root, in: "production")
            try scene.git("push", "-q", "origin", "main:trunk")
            try scene.workshop.git(
                "-C", scene.workshop.path(of: "shop.git"), "symbolic-ref", "HEAD", "refs/heads/trunk")
            try scene.git("push", "-q", "origin", "--delete", "main")
            let moved = try scene.push(page: "trunk", to: "trunk")
            let staging = try await scene.live(moved, in: "staging")
            #expect(staging.ref == .branch("trunk"))
            #expect(staging.reason.contains("main"), "\(staging.reason)")
            #expect(scene.environment("greeting")?.commit == again)
            try scene.tag("v1.1.0")
            try await scene.eventually("production asks") {
                scene.environment("production")?.gates.contains { $0.kind == .confirmation } == true
            }
            #expect(scene.page(of: "production") == "root\n")
            #expect(scene.why("production").contains("the default branch was"))
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func tagsAreTakenAsVersions(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            let manifest = ["slipway.yml": Application.manifest("drain_timeout: 1s")]
            // A tag that comes before staging has run it waits, and then goes.
            let nine = try scene.push(page: "nine", files: manifest, delivers: false)
            try scene.tag("v1.9.0")
            try await scene.live(nine, in: "production")
            let first = scene.history(of: "production").map(\.queuedAt).min()
            let staged = scene.history(of: "staging").compactMap(\.liveAt).min()
            #expect(try #require(staged) <= (try #require(first)))

            // 1.10 is more than 1.9, and a pre-release is not for production.
            let ten = try scene.push(page: "ten")
            try await scene.live(ten, in: "staging")
            try scene.tag("v1.10.0")
            try await scene.live(ten, in: "production")
            let eleven = try scene.push(page: "eleven")
            try await scene.live(eleven, in: "staging")
            try scene.tag("v1.11.0-rc.1")
            try scene.git("checkout", "-q", nine.hex)
            try scene.tag("v1.9.1")
            try await scene.eventually("both tags are seen") {
                let messages = (scene.get([DaemonEvent].self, "/events?project=shop") ?? []).map(\.message)
                return ["v1.11.0-rc.1", "v1.9.1"].allSatisfy { name in messages.contains { $0.contains(name) } }
            }
            #expect(scene.environment("production")?.commit == ten)
            #expect(scene.environment("production")?.progress == .current)

            // A tag that was moved is not followed.
            try scene.checkOut("main")
            try scene.git("tag", "v1.11.0", eleven.hex)
            try scene.git("push", "-q", "origin", "refs/tags/v1.11.0")
            try scene.deliver(.tag("v1.11.0"), eleven)
            try await scene.live(eleven, in: "production")
            let twelve = try scene.push(page: "twelve")
            try await scene.live(twelve, in: "staging")
            try scene.git("tag", "-f", "v1.11.0", twelve.hex)
            try scene.git("push", "-q", "--force", "origin", "refs/tags/v1.11.0")
            try scene.deliver(.tag("v1.11.0"), twelve)
            try await scene.eventually("production asks") {
                scene.environment("production")?.gates.contains { $0.kind == .confirmation } == true
            }
            #expect(scene.page(of: "production") == "eleven\n")
            #expect(scene.why("production").contains("was moved"))
        }
    }

    @Test(arguments: EngineFixture.Program.one)
    func whatWasThereBeforeTheProjectIsABaseline(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program, starts: false) { scene in
            let commit = try scene.push(page: "one", delivers: false)
            var commands = (1...150).map { "create refs/heads/old/branch-\($0) \(commit)" }
            commands += (0..<50).map { "create refs/tags/v1.\($0).0 \(commit)" }
            try scene.workshop.git(
                "-C", scene.workshop.path(of: "shop.git"), "update-ref", "--stdin",
                input: commands.joined(separator: "\n") + "\n")
            try await scene.start()
            try await scene.live(commit, in: "staging")
            try await scene.eventually("production is spoken of") { scene.environment("production") != nil }
            #expect(scene.environments().map(\.id.name) == [.production, .staging])
            #expect(scene.environment("production")?.gates.first?.blocker == "v1.49.0 predates Slipway")
            #expect(scene.containers().count == 1)

            // One of the old branches moves: it alone has a preview now.
            let moved = try scene.push(page: "two", to: "old/branch-7")
            try await scene.eventually("the branch that moved has a preview") {
                scene.environment(following: "old/branch-7")?.commit == moved
            }
            #expect(scene.environments().count == 3)

            // The command that production names promotes the old tag.
            try scene.wish("deploy", of: "production", ["commit": commit.hex])
            try await scene.live(commit, in: "production")
            #expect(scene.page(of: "production") == "one\n")
        }
    }
}
