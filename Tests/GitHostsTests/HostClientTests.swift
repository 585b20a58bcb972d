import GitHosts
import Lifecycle
import Model
import TestSupport
import Testing

/// What is told to a Git host, and what is asked of it, against a strict one on loopback.
@Suite struct HostClientTests {
    private static let pool = BlockingPool(name: "slipway.test.hosts", width: 4)
    private let commit = ObjectID("0123456789abcdef0123456789abcdef01234567") ?? .zero

    private func client(_ host: ScriptedHost, token: String? = nil) throws -> HostClient {
        let remote = try RemoteAddress(parsing: "https://git.example.com/\(host.repository).git")
        let repository = try #require(HostRepository(kind: host.kind, remote: remote, api: host.api))
        let secret = Secret(token ?? host.token)
        return HostClient(repository: repository, pool: Self.pool) { () throws(StageFailure) in .token(secret) }
    }

    private func status(_ state: CommitStatus.State, _ summary: String = "building web") -> CommitStatus {
        CommitStatus(
            commit: commit, context: "slipway/staging", state: state, summary: summary,
            url: "http://staging--shop.localhost:8080")
    }

    @Test(arguments: GitHostKind.allCases)
    func aDeploymentIsToldFromItsBeginningToItsEnd(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        var told: ToldStatus?
        for state in [CommitStatus.State.pending, .running, .success] {
            told = try await client.post(status(state), before: told)
        }
        #expect(host.unknownCalls.isEmpty)
        #expect(host.statuses.count == 1)
        let final: [GitHostKind: String] = [.bitbucket: "SUCCESSFUL"]
        #expect(host.statuses.first?.state == final[kind, default: "success"])
        #expect(host.statuses.first?.context == "slipway/staging")
        #expect(host.statuses.first?.url == "http://staging--shop.localhost:8080")
    }

    @Test(arguments: GitHostKind.allCases)
    func theSameStatusTwiceIsNoProblem(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        let told = try await client.post(status(.running), before: nil)
        // As after a crash between the answer and its record, when the mark is known or lost.
        _ = try await client.post(status(.running), before: told)
        _ = try await client.post(status(.running), before: told)
        #expect(host.statuses.count == 1)
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: GitHostKind.allCases)
    func aFailureRightFromPendingIsTold(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        let told = try await client.post(status(.pending), before: nil)
        _ = try await client.post(status(.failure, "the build failed: exit 1"), before: told)
        let final: [GitHostKind: String] = [.bitbucket: "FAILED", .gitlab: "failed"]
        #expect(host.statuses.first?.state == final[kind, default: "failure"])
        #expect(host.statuses.first?.description == "the build failed: exit 1")
    }

    @Test(arguments: GitHostKind.allCases)
    func longSummariesAreCut(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        _ = try await client(host).post(status(.failure, String(repeating: "ü", count: 400)), before: nil)
        #expect(host.statuses.first?.description.hasSuffix("…") == true)
    }

    @Test(arguments: GitHostKind.allCases)
    func openPullRequestsAreReadPageByPage(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        for number in 1...120 {
            host.open(number, from: "change-\(number)", at: commit, isFork: number == 7, isDraft: number == 8)
        }
        let found = try await client(host).openPullRequests()
        #expect(found.map(\.number) == Array(1...120))
        #expect(found.filter(\.isFork).map(\.number) == [7])
        #expect(found.filter(\.isDraft).map(\.number) == [8])
        #expect(found.allSatisfy { $0.isOpen && $0.author == "ada" && $0.base == .branch("main") })
        #expect(found.first?.head == .branch("change-1"))
        // Bitbucket tells twelve digits only.
        #expect(found.first?.commit == (kind == .bitbucket ? nil : commit))
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: GitHostKind.allCases)
    func aClosedPullRequestIsDescribed(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        let head = try #require(ObjectID("89abcdef0123456789abcdef0123456789abcdef"))
        host.open(3, from: "change", at: commit)
        host.close(3, at: head)
        let found = try await client.pullRequest(3)
        #expect(found?.isOpen == false)
        #expect(found?.commit == (kind == .bitbucket ? nil : head))
        #expect(try await client.pullRequest(4) == nil)
        #expect(try await client.openPullRequests().isEmpty)
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: GitHostKind.allCases)
    func aTruncatedPageIsNoEmptyPage(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.open(1, from: "change", at: commit)
        host.misbehave(at: kind == .gitlab ? "merge_requests" : "pull", .truncated)
        let client = try client(host)
        let failure = await #expect(throws: StageFailure.self) { try await client.openPullRequests() }
        #expect(failure?.reason == .hostRefused)
        #expect(try await client.openPullRequests().count == 1)
    }

    @Test(arguments: GitHostKind.allCases)
    func thereIsOneCommentAndItIsEditedInPlace(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        for number in 0..<60 { host.comment("comment \(number) of a person", on: 42) }
        let mark = "<!-- slipway:shop -->"
        let id = try await client.write(mark + "one", mark: mark, on: 42, comment: nil)
        #expect(id != nil)
        #expect(try await client.write(mark + "two", mark: mark, on: 42, comment: id) == id)
        // As after a lost database: found again behind the first page.
        #expect(try await client.write(mark + "three", mark: mark, on: 42, comment: nil) == id)
        #expect(host.comments(on: 42).filter { $0.contains(mark) } == [mark + "three"])
        #expect(host.comments(on: 42).count == 61)
        host.deleteComments(on: 42)
        #expect(try await client.write(mark + "four", mark: mark, on: 42, comment: id) == nil)
        #expect(host.comments(on: 42).isEmpty)
        #expect(host.unknownCalls.isEmpty)
    }

    /// A refusal and what it means.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let status: Int
        var headers: [String: String] = [:]
        let reason: StageFailure.Reason
        let verdict: StageFailure.Verdict
        var testDescription: String { "\(status) \(headers)" }
    }

    @Test(arguments: [
        Refusal(status: 401, reason: .hostUnauthorised, verdict: .retry(after: .seconds(300))),
        Refusal(status: 403, reason: .hostUnauthorised, verdict: .retry(after: .seconds(300))),
        Refusal(status: 403, headers: ["Retry-After": "30"], reason: .hostRests, verdict: .retry(after: nil)),
        Refusal(status: 404, reason: .hostHasNot, verdict: .retry(after: .seconds(300))),
        Refusal(status: 409, reason: .hostRefused, verdict: .stall),
        Refusal(status: 422, reason: .hostRefused, verdict: .stall),
        Refusal(status: 429, headers: ["Retry-After": "7"], reason: .hostRests, verdict: .retry(after: nil)),
        Refusal(status: 500, reason: .hostUnreachable, verdict: .retry(after: nil)),
        Refusal(status: 301, headers: ["Location": "http://127.0.0.1:1/"], reason: .hostRefused, verdict: .stall),
    ])
    func everyRefusalHasItsMeaning(_ refusal: Refusal) async throws {
        let host = try ScriptedHost(.github)
        host.misbehave(
            at: "statuses", .answer(status: refusal.status, headers: refusal.headers, body: #"{"message":"no"}"#))
        let client = try client(host)
        let failure = await #expect(throws: StageFailure.self) {
            _ = try await client.post(status(.running), before: nil)
        }
        #expect(failure?.reason == refusal.reason)
        #expect(failure?.verdict == refusal.verdict)
        #expect(failure?.message.contains("acme/shop") == true)
        #expect(failure?.message.contains(host.token) == false)
    }

    @Test func anExhaustedLimitIsRespectedUntilItsReset() async throws {
        let host = try ScriptedHost(.github)
        let reset = WallClock.milliseconds() / 1000 + 600
        host.misbehave(
            at: "statuses",
            .answer(status: 201, headers: ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "\(reset)"]))
        let client = try client(host)
        _ = try await client.post(status(.running), before: nil)
        let failure = await #expect(throws: StageFailure.self) {
            _ = try await client.post(status(.success), before: nil)
        }
        guard case .retry(let pause?)? = failure?.verdict else { throw failure ?? StageFailure.cancelled }
        #expect(pause > .seconds(500) && pause <= .seconds(600))
        #expect(host.calls.count == 1)
    }

    @Test func aHostThatIsNotThereIsTriedAgain() async throws {
        let remote = try RemoteAddress(parsing: "https://git.example.com/acme/shop")
        let port = try #require(Loopback.freePort())
        let repository = try #require(
            HostRepository(kind: .gitea, remote: remote, api: "http://127.0.0.1:\(port)/api/v1"))
        let client = HostClient(repository: repository, pool: Self.pool) { () throws(StageFailure) in
            .token(Secret("x"))
        }
        let failure = await #expect(throws: StageFailure.self) { _ = try await client.openPullRequests() }
        #expect(failure?.reason == .hostUnreachable)
        #expect(failure?.verdict == .retry(after: nil))
    }

    @Test func aWrongTokenNamesWhatToDo() async throws {
        let host = try ScriptedHost(.gitlab)
        let client = try client(host, token: "wrong")
        let failure = await #expect(throws: StageFailure.self) { _ = try await client.openPullRequests() }
        #expect(failure?.reason == .hostUnauthorised)
        #expect(failure?.hint?.contains("credential") == true)
    }
}

/// Where an API is and what a repository is called there.
@Suite struct HostRepositoryTests {
    @Test(arguments: [
        (GitHostKind.github, "https://github.com/acme/shop.git", "https://api.github.com", "acme/shop"),
        (.github, "ssh://git@github.com/acme/shop.git", "https://api.github.com", "acme/shop"),
        (.github, "https://git.example.com/acme/shop", "https://git.example.com/api/v3", "acme/shop"),
        (.gitlab, "https://gitlab.com/a/b/c.git", "https://gitlab.com/api/v4", "a/b/c"),
        (.gitea, "https://git.example.com:3000/a/b", "https://git.example.com:3000/api/v1", "a/b"),
        (.forgejo, "ssh://git@codeberg.org:2222/a/b.git", "https://codeberg.org/api/v1", "a/b"),
        (.bitbucket, "https://bitbucket.org/a/b.git", "https://api.bitbucket.org/2.0", "a/b"),
    ])
    func followsFromTheRemote(kind: GitHostKind, remote: String, api: String, name: String) throws {
        let repository = HostRepository(kind: kind, remote: try RemoteAddress(parsing: remote))
        #expect(repository?.api == api)
        #expect(repository?.fullName == name)
    }

    @Test(arguments: ["https://github.com/shop", "https://github.com/a/b/c", "file:///a/b"])
    func otherRemotesHaveNone(_ remote: String) throws {
        #expect(HostRepository(kind: .github, remote: try RemoteAddress(parsing: remote)) == nil)
    }
}
