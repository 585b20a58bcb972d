import Lifecycle
import Model
import TestSupport
import Testing

@testable import GitHosts

/// A GitHub App's way to a token, against a GitHub that verifies its signature.
@Suite struct AppTokensTests {
    private static let pool = BlockingPool(name: "slipway.test.apps", width: 4)
    private let commit = ObjectID("0123456789abcdef0123456789abcdef01234567") ?? .zero
    private let key: TestKey
    private let host: ScriptedHost

    init() throws {
        key = try TestKey()
        host = try ScriptedHost(.github)
        host.install(key: key)
    }

    private func repository() throws -> HostRepository {
        let remote = try RemoteAddress(parsing: "https://git.example.com/\(host.repository).git")
        return try #require(HostRepository(kind: .github, remote: remote, api: host.api))
    }

    private func app(id: String = "4711", installation: Int? = nil, pem: String? = nil) -> GitHubApp {
        let secret = Secret(pem ?? key.pem)
        return GitHubApp(id: id, installation: installation) { () throws(StageFailure) in secret }
    }

    private func client(_ tokens: AppTokens) throws -> HostClient {
        let (repository, app) = (try repository(), app())
        return HostClient(
            repository: repository, pool: Self.pool,
            renew: { credential in
                guard case .token(let token) = credential else { return false }
                return tokens.forget(token)
            },
            credential: { () async throws(StageFailure) in .token(try await tokens.token(of: app, for: repository)) })
    }

    private func status() -> CommitStatus {
        CommitStatus(commit: commit, context: "slipway/staging", state: .success, summary: "live", url: nil)
    }

    @Test func itsInstallationIsFoundAndItsTokenIsUsed() async throws {
        let client = try client(AppTokens())
        _ = try await client.post(status(), before: nil)
        #expect(host.statuses.count == 1)
        #expect(host.appTokens.count == 1)
        #expect(
            host.calls.map(\.path).prefix(2) == [
                "/repos/acme/shop/installation", "/app/installations/99/access_tokens",
            ])
        #expect(host.unknownCalls.isEmpty)
    }

    @Test func oneTokenServesEverybodyAtOnce() async throws {
        let tokens = AppTokens()
        let (repository, app) = (try repository(), app())
        let held = try await withThrowingTaskGroup(of: Secret<String>.self) { group in
            for _ in 0..<20 { group.addTask { try await tokens.token(of: app, for: repository) } }
            return try await group.reduce(into: Set<Secret<String>>()) { $0.insert($1) }
        }
        #expect(held.count == 1)
        #expect(host.appTokens.count == 1)
    }

    @Test func aTokenThatIsNotTakenAnyMoreIsRenewedOnce() async throws {
        let client = try client(AppTokens())
        _ = try await client.post(status(), before: nil)
        host.revokeAppTokens()
        _ = try await client.post(status(), before: nil)
        #expect(host.appTokens.count == 2)
        // A host that takes none at all is not asked for ever.
        host.misbehave(at: "statuses", .answer(status: 401))
        host.misbehave(at: "statuses", .answer(status: 401))
        let failure = await #expect(throws: StageFailure.self) { _ = try await client.post(status(), before: nil) }
        #expect(failure?.reason == .hostUnauthorised)
        #expect(host.appTokens.count == 3)
    }

    @Test func aGivenInstallationIsNotLookedFor() async throws {
        _ = try await AppTokens().token(of: app(installation: 99), for: try repository())
        #expect(host.calls.map(\.path) == ["/app/installations/99/access_tokens"])
    }

    private func failure(of app: GitHubApp) async throws -> StageFailure? {
        let repository = try repository()
        return await #expect(throws: StageFailure.self) { _ = try await AppTokens().token(of: app, for: repository) }
    }

    @Test func aWrongInstallationIsSaid() async throws {
        let failure = try await failure(of: app(installation: 1))
        #expect(failure?.message.contains("no such installation (404)") == true)
        #expect(failure?.hint?.contains("install the app on acme/shop") == true)
    }

    @Test func anotherAppsKeyIsSaid() async throws {
        let failure = try await failure(of: app(pem: try TestKey().pem))
        #expect(failure?.message.contains("does not know the app's signature (401)") == true)
        #expect(failure?.hint?.contains("app.private_key") == true)
    }

    @Test func aFileThatIsNoKeyIsSaidWithoutItsText() async throws {
        let failure = try await failure(of: app(pem: "canary-1f3a"))
        #expect(failure?.message.contains("the private key of the app for acme/shop cannot be used") == true)
        #expect(failure.map { "\($0)".contains("canary-1f3a") } == false)
        #expect(host.calls.isEmpty)
    }

    @Test(arguments: [(900, "behind GitHub's"), (-900, "ahead of GitHub's")])
    func aWrongClockIsNamed(_ seconds: Int, _ words: String) async throws {
        host.setClock(ahead: seconds)
        let failure = try await failure(of: app())
        #expect(failure?.message.contains("this machine's clock is") == true)
        #expect(failure?.message.contains(words) == true)
        #expect(failure?.hint?.contains("set the clock") == true)
    }

    @Test func aMinuteOfDifferenceIsBorne() async throws {
        host.setClock(ahead: -50)
        _ = try await AppTokens().token(of: app(), for: try repository())
        host.setClock(ahead: 50)
        _ = try await AppTokens().token(of: app(), for: try repository())
        #expect(host.appTokens.count == 2)
    }

    @Test func theAssertionIsWhatGitHubAsksFor() {
        let text = AppAssertion.unsigned(id: "4711", now: 1_700_000_000)
        let parts = text.split(separator: ".").map {
            String(
                decoding: Base64.bytes(of: $0 + String(repeating: "=", count: (4 - $0.count % 4) % 4)) ?? [],
                as: UTF8.self)
        }
        #expect(parts == [#"{"alg":"RS256","typ":"JWT"}"#, #"{"exp":1700000540,"iat":1699999940,"iss":"4711"}"#])
    }

    @Test func tokensAndKeysCannotBePrinted() async throws {
        let token = try await AppTokens().token(of: app(), for: try repository())
        #expect("\(token)" == "[secret]")
        #expect(!"\(app())".contains("BEGIN"))
    }
}
