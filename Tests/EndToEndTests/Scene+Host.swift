import Foundation
import Model
import TestSupport
import Testing

extension Scene {
    /// The lines of the configuration for a repository on a scripted host.
    static func lines(_ workshop: GitWorkshop, _ server: PrivateGitServer, _ host: ScriptedHost) throws -> String {
        let password = try workshop.write("secret", to: "password")
        let token = try workshop.write(host.token, to: "api-token")
        chmod(password, 0o600)
        chmod(token, 0o600)
        return """
            repository: http://127.0.0.1:\(server.port)/git/shop.git
                credential: { user: ada, password: { file: \(password) } }
                api: { url: "\(host.api)", token: { file: \(token) } }
            """
    }

    /// Plays a scene on a scripted engine whose repository, `git/shop`, is on a scripted host.
    static func play(
        telling host: ScriptedHost, starts: Bool = true, _ body: (Scene) async throws -> Void
    ) async throws {
        var server: PrivateGitServer?
        try await play(
            on: try ScriptedEngine(), starts: starts, host: host.kind,
            repository: { workshop in
                let started = try PrivateGitServer(workshop)
                server = started
                return try lines(workshop, started, host)
            }, body)
        withExtendedLifetime(server) {}
    }

    /// Sends the delivery that GitHub sends when something happens to a pull request.
    func announcePullRequest() {
        let body = Array(#"{"action":"synchronize","number":42,"pull_request":{"number":42}}"#.utf8)
        #expect(announce(event: "pull_request", body: body) == 202)
    }
}
