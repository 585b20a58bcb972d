package import Config
import GitHosts
import Lifecycle
package import Model

/// Gets at the credentials of projects whenever they are used, so that what was rotated works at the next use: from
/// files, and from GitHub for what acts as an app.
package final class Accounts: Sendable {
    private let pool = BlockingPool(name: "slipway.accounts", width: 2)
    private let tokens = AppTokens()

    /// Nothing is held.
    package init() {}

    /// The credential with which Git gets at a project's repository.
    package func credential(of project: Configuration.Project) async throws(StageFailure) -> RemoteCredential {
        if case .app(let app) = project.credential {
            // docs.github.com, "Authenticating as a GitHub App installation": the user name beside the token.
            return .password(user: "x-access-token", try await token(of: app, for: project))
        }
        return try await load(project.credential)
    }

    /// The credential with which a project's host is called; nil where there is none that an API would take.
    func callCredential(of project: Configuration.Project) async throws(StageFailure) -> HostCredential? {
        if let token = project.api.token { return HostCredential(try await load(.token(user: nil, token))) }
        return HostCredential(try await credential(of: project))
    }

    /// A host did not know a credential; true when there is another one to try at once.
    func renews(_ credential: HostCredential) -> Bool {
        switch credential {
        case .token(let token), .password(_, let token): tokens.forget(token)
        }
    }

    /// A remote did not know a project's credential: the next one is fetched anew.
    func refused(_ project: Configuration.Project) async {
        guard case .app = project.credential else { return }
        guard let credential = try? await callCredential(of: project) else { return }
        _ = renews(credential)
    }

    private func token(
        of app: AppSource, for project: Configuration.Project
    ) async throws(StageFailure) -> Secret<String> {
        guard let repository = HostRepository(kind: .github, remote: project.repository, api: project.api.url) else {
            throw StageFailure(
                reason: .hostUnauthorised, verdict: .stall,
                message: "\(project.repository) is no repository that a GitHub App could be installed on", hint: nil)
        }
        return try await tokens.token(
            of: GitHubApp(id: app.id, installation: app.installation) { () throws(StageFailure) in
                do throws(ConfigError) { return try app.key.load() } catch { throw Self.unreadable(error) }
            }, for: repository)
    }

    private func load(_ source: CredentialSource) async throws(StageFailure) -> RemoteCredential {
        try await pool.run { () throws(StageFailure) in
            do throws(ConfigError) { return try source.load() ?? RemoteCredential.none } catch {
                throw Self.unreadable(error)
            }
        }
    }

    private static func unreadable(_ error: ConfigError) -> StageFailure {
        StageFailure(
            reason: .remoteUnauthorised, verdict: .retry(after: nil),
            message: "the credential cannot be read: \(error)",
            hint: "mend the file that the configuration names; it is read again at the next look")
    }
}
