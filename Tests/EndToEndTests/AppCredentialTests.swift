import Foundation
import Model
import Synchronization
import TestSupport
import Testing

/// A daemon that acts as a GitHub App, for Git and for the API.
@Suite struct AppCredentialTests {
    @Test func anAppWatchesAndTells() async throws {
        let host = try ScriptedHost(.github, repository: "git/shop")
        let key = try TestKey()
        chmod(key.path, 0o600)
        host.install(key: key)
        var server: PrivateGitServer?
        let users = Mutex("")
        try await Scene.play(
            on: try ScriptedEngine(),
            repository: { workshop in
                let started = try PrivateGitServer(workshop)
                server = started
                let file = workshop.path(of: "users")
                users.withLock { $0 = file }
                // Git takes the newest token alone.
                host.onAppToken { token in
                    try? "x-access-token:\(token)\n".write(toFile: file, atomically: true, encoding: .utf8)
                }
                return """
                    repository: http://127.0.0.1:\(started.port)/git/shop.git
                        credential: { app: { id: 4711, private_key: { file: \(key.path) } } }
                        api: { url: "\(host.api)" }
                    """
            },
            { scene in
                let file = users.withLock { $0 }
                let first = try scene.push(page: "one")
                scene.refresh()
                try await scene.eventually("staging is live") { scene.environment("staging")?.commit == first }
                try await scene.eventually("the host shows it") {
                    host.statuses.contains { $0.commit == "\(first)" && $0.state == "success" }
                }
                // The token is taken back: the next one serves both.
                host.revokeAppTokens()
                try "nobody:secret\n".write(toFile: file, atomically: true, encoding: .utf8)
                let second = try scene.push(page: "two")
                try await scene.eventually("the host shows the next one too") {
                    scene.refresh()
                    return host.statuses.contains { $0.commit == "\(second)" && $0.state == "success" }
                }
                #expect(host.appTokens.count <= 6, "\(host.appTokens.count) tokens")
                #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
            })
        withExtendedLifetime(server) {}
    }
}
