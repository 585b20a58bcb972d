import Foundation
import HTTPClient
import Model
import TestSupport
import Testing

/// How it stands with a project's webhook is seen and mended from the command line.
@Suite struct WebhookTests {
    @Test(arguments: [GitHostKind.github, .gitea])
    func aMissingHookIsMadeFromTheCommandLine(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind, repository: "git/shop")
        var server: PrivateGitServer?
        try await Scene.play(
            on: try ScriptedEngine(.podman), settings: "public_url: https://slipway.example.com", host: kind,
            repository: { workshop in
                let password = try workshop.write("secret", to: "password")
                let token = try workshop.write(host.token, to: "api-token")
                for file in [password, token] { chmod(file, 0o600) }
                let started = try PrivateGitServer(workshop)
                server = started
                return """
                    repository: http://127.0.0.1:\(started.port)/git/shop.git
                        credential: { user: ada, password: { file: \(password) } }
                        api: { url: "\(host.api)", token: { file: \(token) } }
                    """
            },
            { scene in
                try await scene.eventually("it is seen that there is none") {
                    scene.project()?.webhook?.state == .notConfigured
                }
                var shown = try scene.daemon.run("project", "hooks")
                #expect(shown.output.contains("has no hook that sends to https://slipway.example.com/hooks/shop"))
                #expect(shown.output.contains("slipway project hooks shop --repair"), "\(shown.output)")
                // Without the permission nothing is made, and what lacks is named.
                host.misbehave(at: "hooks", .answer(status: 403, body: #"{"message":"Resource not accessible"}"#))
                shown = try scene.daemon.run("project", "hooks", "shop", "--repair")
                #expect(shown.status == 7 && shown.errorOutput.contains("permission"), "\(shown.errorOutput)")
                for _ in 1...2 {
                    shown = try scene.daemon.run("project", "hooks", "shop", "--repair")
                    #expect(shown.status == 0, "\(shown.errorOutput)")
                    #expect(shown.output.contains("active"), "\(shown.output)")
                    #expect(host.hooks.secrets(of: "https://slipway.example.com/hooks/shop") == [scene.secret])
                }
                #expect(scene.project()?.webhook?.state == .active)
                #expect(try scene.daemon.run("project", "list").output.contains("active"))
                #expect(try scene.daemon.run("project", "show", "shop").output.contains("webhook: active"))
                #expect(try scene.daemon.run("status", "shop").output.contains("webhook active"))
                let metrics = scene.ask("GET", "/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
                #expect(metrics.contains(#"slipway_webhook_state{project="shop",state="active"} 1"#), "\(metrics)")
                let json = try scene.daemon.run("project", "hooks", "shop", "--json").output
                let status = try JSONDecoder().decode(WebhookStatus.self, from: Data(json.utf8))
                #expect(status.state == .active && status.url == "https://slipway.example.com/hooks/shop")
                let events = scene.get([DaemonEvent].self, "/events?project=shop") ?? []
                #expect(events.count { $0.kind == "project.hook" } == 2)
                #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
                // The secret is nowhere but with the host.
                #expect(!scene.daemon.logTail().contains(scene.secret) && !json.contains(scene.secret))
            })
        withExtendedLifetime(server) {}
    }

    @Test func withoutACredentialItIsSaidWhatIsNotKnown() async throws {
        try await Scene.play(on: try ScriptedEngine(.docker), settings: "public_url: https://slipway.example.com") {
            scene in
            #expect(scene.project()?.webhook?.state == .unverified)
            let refused = try scene.daemon.run("project", "hooks", "shop", "--repair")
            #expect(refused.status == 7 && refused.errorOutput.contains("api.token"), "\(refused.errorOutput)")
            // A delivery says more than any list.
            try scene.push(page: "one")
            #expect(scene.project()?.webhook?.state == .active)
            scene.daemon.kill()
            try await scene.start()
            try await scene.eventually("it is remembered") { scene.project()?.webhook?.state == .active }
        }
    }
}
