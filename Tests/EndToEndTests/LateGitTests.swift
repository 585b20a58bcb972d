import Foundation
import Model
import TestSupport
import Testing

/// A host whose Git servers are behind its webhooks: the daemon reads a copy that the scene brings up to date.
@Suite struct LateGitTests {
    @Test func aCommitThatGitShowsLateIsWaitedForAndRuns() async throws {
        var server: PrivateGitServer?
        try await Scene.play(
            on: try ScriptedEngine(.docker),
            repository: { workshop in
                try workshop.git([
                    "clone", "-q", "--mirror", workshop.path(of: "shop.git"), workshop.path(of: "copy.git"),
                ])
                let password = try workshop.write("secret", to: "password")
                chmod(password, 0o600)
                let started = try PrivateGitServer(workshop)
                server = started
                return """
                    repository: http://127.0.0.1:\(started.port)/git/copy.git
                        credential: { user: ada, password: { file: \(password) } }
                    """
            },
            { scene in
                let first = try scene.push(page: "one", delivers: false)
                try scene.copy("main")
                try scene.deliver(.branch("main"), first)
                try await scene.live(first, in: "staging")
                // The delivery is ahead of Git, and people see what is waited for.
                let second = try scene.push(page: "two")
                try await scene.eventually("it is shown what is waited for") {
                    scene.project()?.announced?.map(\.commit) == [second]
                }
                let status = try scene.daemon.run("status", "shop").output
                #expect(status.contains("waiting for \(second.short) on main, announced"), "\(status)")
                let why = try scene.daemon.run("why", "shop", "staging").output
                #expect(why.contains("a delivery announced \(second.short) on main"), "\(why)")
                #expect(scene.environment("staging")?.commit == first)
                // Everything else goes on.
                try scene.checkOut("greeting", isNew: true)
                let other = try scene.push(page: "three", to: "greeting", delivers: false)
                try scene.copy("greeting")
                try scene.deliver(.branch("greeting"), other)
                try await scene.live(other, in: "greeting")
                // A crash forgets nothing of it.
                scene.daemon.kill()
                try await scene.start()
                try await scene.eventually("it is still waited for") {
                    scene.project()?.announced?.map(\.commit) == [second]
                }
                // It comes, long before the next poll, and nobody delivers anything.
                try scene.copy("main")
                try await scene.live(second, in: "staging")
                try await scene.eventually("nothing is waited for any more") { scene.project()?.announced == nil }
                let events = scene.get([DaemonEvent].self, "/events?project=shop&limit=500") ?? []
                #expect(events.contains { $0.kind == "delivery.early" && $0.message.contains(second.short) })
                #expect(!events.contains { $0.kind == "delivery.unseen" })
                // A commit that was pushed over at once is waited for by nobody.
                let lost = try scene.push(page: "four", to: "greeting")
                try scene.git("reset", "-q", "--hard", "HEAD~1")
                let final = try scene.push(page: "five", to: "greeting", delivers: false)
                #expect(lost != final)
                try scene.git("push", "-q", "--force", "origin", "HEAD:refs/heads/greeting")
                try scene.copy("greeting")
                try await scene.live(final, in: "greeting")
                try await scene.eventually("it is not waited for") { scene.project()?.announced == nil }
            })
        withExtendedLifetime(server) {}
    }
}

extension Scene {
    /// Brings a branch of the copy that the daemon reads up to date.
    func copy(_ branch: String) throws {
        try workshop.git([
            "-C", workshop.path(of: "copy.git"), "fetch", "-q", "origin", "+refs/heads/\(branch):refs/heads/\(branch)",
        ])
    }
}
