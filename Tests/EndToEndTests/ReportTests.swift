import Foundation
import Model
import TestSupport
import Testing

/// What the Git host says of pull requests is heard, and how environments do is told to it.
@Suite struct ReportTests {
    @Test(arguments: [GitHostKind.github, .gitea])
    func pullRequestsAreHeardAndToldOf(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind, repository: "git/shop")
        var server: PrivateGitServer?
        try await Scene.play(
            on: .podman, host: kind,
            repository: { workshop in
                let started = try PrivateGitServer(workshop)
                server = started
                return try Scene.lines(workshop, started, host)
            },
            { scene in
                // Staging, told from its beginning to its end.
                let first = try scene.push(page: "one")
                try await scene.live(first, in: "staging")
                try await scene.eventually("the host shows that staging is live") {
                    host.statuses.contains {
                        $0.commit == "\(first)" && $0.state == "success" && $0.context == "slipway/staging"
                    }
                }
                // A pull request: its preview, one comment.
                try scene.checkOut("feature-x", isNew: true)
                let second = try scene.push(page: "two", to: "feature-x")
                try await scene.live(second, in: "feature-x")
                host.open(42, from: "feature-x", at: second)
                scene.announcePullRequest()
                try await scene.eventually("the pull request has its comment") {
                    host.comments(on: 42).count == 1 && host.comments(on: 42)[0].contains("feature-x--shop.localhost")
                }
                // A broken push: the failure with its last lines, in the same comment.
                let broken = try scene.push(["Dockerfile": "FROM scratch\nNONSENSE\n"], to: "feature-x")
                try await scene.eventually("the host shows the failure") {
                    host.statuses.contains { $0.commit == "\(broken)" && $0.state == "failure" }
                }
                try await scene.eventually("the comment says so") {
                    host.comments(on: 42).count == 1 && host.comments(on: 42)[0].contains("**failed**")
                }
                // A host that fails for a while delays nothing, and is told the end of it afterwards.
                host.misbehave(at: "statuses", .answer(status: 502))
                host.misbehave(at: "statuses", .answer(status: 500))
                let third = try scene.push(page: "three", to: "feature-x")
                try await scene.live(third, in: "feature-x")
                try await scene.eventually("the host shows the end of it") {
                    host.statuses.contains { $0.commit == "\(third)" && $0.state == "success" }
                }
                // Killed between a call and its record: nothing is told twice in another form, nothing stays open.
                scene.daemon.kill()
                try await scene.start()
                // Closed: the preview goes although its branch stays.
                host.close(42, at: third)
                scene.announcePullRequest()
                try await scene.eventually("the preview is gone") { scene.environment("feature-x") == nil }
                try await scene.eventually("the comment says so") {
                    host.comments(on: 42).count == 1 && host.comments(on: 42)[0].contains("is gone")
                }
                let open = host.statuses.filter { $0.state == "pending" }
                #expect(open.isEmpty, "left open: \(open)")
                #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
                #expect(scene.project()?.host?.problem == nil)
            })
        withExtendedLifetime(server) {}
    }

    @Test func aTokenThatIsRefusedIsSaidAndDelaysNothing() async throws {
        let host = try ScriptedHost(.github, repository: "git/shop")
        var server: PrivateGitServer?
        try await Scene.play(
            on: .podman,
            repository: { workshop in
                let started = try PrivateGitServer(workshop)
                server = started
                let lines = try Scene.lines(workshop, started, host)
                try workshop.write("another", to: "api-token")
                return lines
            },
            { scene in
                let first = try scene.push(page: "one")
                try await scene.live(first, in: "staging")
                try await scene.eventually("the project says what is wrong with its token") {
                    scene.project()?.host?.problem?.contains("does not know the credential (401)") == true
                }
                #expect(host.statuses.isEmpty)
            })
        withExtendedLifetime(server) {}
    }
}
