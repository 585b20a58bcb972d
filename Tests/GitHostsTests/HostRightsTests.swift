import GitHosts
import Lifecycle
import Model
import TestSupport
import Testing

/// What a credential may is found out without changing anything at the host.
@Suite struct HostRightsTests {
    private static let pool = BlockingPool(name: "slipway.test.rights", width: 4)
    private let commit = ObjectID("0123456789abcdef0123456789abcdef01234567") ?? .zero

    private func client(_ host: ScriptedHost, token: String? = nil) throws -> HostClient {
        let remote = try RemoteAddress(parsing: "https://git.example.com/\(host.repository).git")
        let repository = try #require(HostRepository(kind: host.kind, remote: remote, api: host.api))
        let secret = Secret(token ?? host.token)
        return HostClient(repository: repository, pool: Self.pool) { () throws(StageFailure) in .token(secret) }
    }

    private func expectNothingChanged(_ host: ScriptedHost) {
        #expect(host.statuses.isEmpty && host.deployments.isEmpty && host.comments(on: 1).isEmpty)
        #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
    }

    @Test(arguments: GitHostKind.allCases)
    func whoMayEverythingIsToldSo(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.open(1, from: "change", at: commit)
        if kind == .bitbucket { host.say(["X-OAuth-Scopes": "repository, pullrequest:write"]) }
        let rights = try await client(host).rights()
        let hasDeployments = kind == .github || kind == .gitlab
        let duties = HostDuty.allCases.filter { $0 != .deployments || hasDeployments }
        #expect(rights.verdicts == Dictionary(uniqueKeysWithValues: duties.map { ($0, HostRights.Verdict.allowed) }))
        expectNothingChanged(host)
    }

    @Test func aFineGrainedTokenIsToldWhatItLacks() async throws {
        let host = try ScriptedHost(.github)
        let needed = ["X-Accepted-GitHub-Permissions": "statuses=write"]
        host.misbehave(
            at: "statuses", .answer(status: 403, headers: needed, body: #"{"message":"Resource not accessible"}"#))
        host.misbehave(at: "deployments", .answer(status: 404, body: #"{"message":"Not Found"}"#))
        let rights = try await client(host).rights()
        #expect(rights[.pullRequests] == .allowed)
        #expect(rights[.statuses] == .missing("Commit statuses: read and write (statuses=write)"))
        #expect(rights[.deployments] == .missing("Deployments: read and write"))
        #expect(rights[.comments] == .unknown("there is no open pull request to ask about"))
        expectNothingChanged(host)
    }

    @Test(arguments: [
        ("repo", [HostDuty]()),
        ("repo:status, read:org", [.pullRequests, .deployments, .comments]),
        ("", [.pullRequests, .statuses, .deployments, .comments]),
    ])
    func aClassicTokensScopesSayIt(_ scopes: String, _ missing: [HostDuty]) async throws {
        let host = try ScriptedHost(.github)
        host.say(["X-OAuth-Scopes": scopes])
        let rights = try await client(host).rights()
        #expect(HostDuty.allCases.filter { rights[$0] != .allowed } == missing)
        // One look is enough.
        #expect(host.calls.count == 1)
        if scopes.isEmpty { #expect(rights[.statuses] == .missing("the scope “repo:status”")) }
    }

    @Test func gitLabsScopesAndRolesSayIt() async throws {
        let host = try ScriptedHost(.gitlab)
        host.setAccess(scopes: ["read_api"], level: 20)
        var rights = try await client(host).rights()
        #expect(rights[.pullRequests] == .allowed)
        #expect(rights[.statuses] == .missing("the scope “api”"))
        host.setAccess(scopes: ["api"], level: 20)
        rights = try await client(host).rights()
        #expect(rights[.comments] == .allowed)
        #expect(rights[.deployments] == .missing("the role Developer"))
        expectNothingChanged(host)
    }

    @Test func giteaNamesTheScope() async throws {
        let host = try ScriptedHost(.forgejo)
        let words = "token does not have at least one of required scope(s): [write:repository]"
        host.misbehave(at: "statuses", .answer(status: 403, body: #"{"message":"\#(words)"}"#))
        let rights = try await client(host).rights()
        #expect(rights[.pullRequests] == .allowed)
        #expect(rights[.statuses] == .missing("repository: read and write, and the right to push (\(words))"))
    }

    @Test func bitbucketsScopesSayIt() async throws {
        let host = try ScriptedHost(.bitbucket)
        host.say(["X-OAuth-Scopes": "repository, pullrequest"])
        let rights = try await client(host).rights()
        #expect(rights[.statuses] == .allowed)
        #expect(rights[.comments] == .missing("the scope “pullrequest:write”"))
        host.say([:])
        guard case .unknown? = try await client(host).rights()[.statuses] else {
            Issue.record("nothing says what it may")
            return
        }
    }

    @Test(arguments: GitHostKind.allCases)
    func anUnknownCredentialIsAFailureOfItsOwn(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let failure = await #expect(throws: StageFailure.self) { _ = try await client(host, token: "wrong").rights() }
        #expect(failure?.isUnknownCredential == true)
    }
}
