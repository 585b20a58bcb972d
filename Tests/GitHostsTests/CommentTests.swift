import GitHosts
import Lifecycle
import Model
import TestSupport
import Testing

/// What people ask for in comments, who they are, and how listings are read cheaply and whole.
@Suite struct CommentTests {
    private static let pool = BlockingPool(name: "slipway.test.comments", width: 4)
    private let commit = ObjectID("0123456789abcdef0123456789abcdef01234567") ?? .zero

    private func client(_ host: ScriptedHost) throws -> HostClient {
        let remote = try RemoteAddress(parsing: "https://git.example.com/\(host.repository).git")
        let repository = try #require(HostRepository(kind: host.kind, remote: remote, api: host.api))
        let secret = Secret(host.token)
        return HostClient(repository: repository, pool: Self.pool) { () throws(StageFailure) in .token(secret) }
    }

    private var longAgo: Timestamp { Timestamp(milliseconds: WallClock.milliseconds() - 3_600_000) }

    @Test(arguments: GitHostKind.allCases)
    func commentsAreReadWithTheirAuthorsOldestFirst(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.open(42, from: "change", at: commit)
        host.say("hello", on: 42, by: "eve", after: 1)
        let second = host.say("/slipway allow", on: 42, by: "ada", after: 2)
        let comments = try await client(host).comments(on: 42, since: longAgo)
        #expect(comments.map(\.text) == ["hello", "/slipway allow"])
        #expect(comments.map(\.author.name) == ["eve", "ada"])
        #expect(comments.last?.id == second)
        #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
        // Later than all of them.
        let future = Timestamp(milliseconds: WallClock.milliseconds() + 3_600_000)
        #expect(try await client(host).comments(on: 42, since: future).isEmpty)
    }

    @Test(arguments: GitHostKind.allCases)
    func whatWasChangedAfterItWasWrittenIsNotHeard(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let id = host.say("looks good", on: 42)
        host.edit(id, to: "/slipway allow", on: 42)
        #expect(try await client(host).comments(on: 42, since: longAgo).isEmpty)
    }

    @Test(arguments: GitHostKind.allCases)
    func whoMayWriteIsTheHostsWord(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.permit("rob", "read")
        host.permit("ann", "admin")
        for author in ["ada", "ann", "rob", "eve"] { host.say("x", on: 42, by: author) }
        let client = try client(host)
        var allowed: [String] = []
        for comment in try await client.comments(on: 42, since: longAgo) {
            if try await client.mayWrite(comment.author) { allowed.append(comment.author.name) }
        }
        #expect(allowed == ["ada", "ann"])
        #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
    }

    @Test(arguments: GitHostKind.allCases)
    func aCommentChangesWhatTheListingSays(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.open(42, from: "change", at: commit)
        let client = try client(host)
        let before = try await client.listOpenPullRequests()
        host.say("hello", on: 42)
        let after = try await client.listOpenPullRequests()
        #expect(before.versions[42] != nil && before.versions[42] != after.versions[42])
        #expect(after.at != nil)
    }

    @Test(arguments: GitHostKind.allCases)
    func aListingThatHasNotChangedCostsNothing(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.open(42, from: "change", at: commit)
        let client = try client(host)
        let first = try await client.openPullRequests()
        #expect(try await client.openPullRequests() == first)
        #expect(host.unchangedAnswers == 1)
        host.open(43, from: "other", at: commit)
        #expect(try await client.openPullRequests().count == 2)
        #expect(host.unchangedAnswers == 1)
    }

    @Test func halfAnAnswerIsNotKeptForWhole() async throws {
        let host = try ScriptedHost(.github)
        host.open(42, from: "change", at: commit)
        let client = try client(host)
        host.misbehave(at: "pulls", .truncated)
        await #expect(throws: StageFailure.self) { try await client.openPullRequests() }
        #expect(try await client.openPullRequests().count == 1)
    }

    /// A server whose pages are smaller than what is asked for says so in `Link`: what comes behind is not closed.
    @Test(arguments: [GitHostKind.github, .gitea, .forgejo, .gitlab])
    func smallerPagesThanAskedForAreReadToTheEnd(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        for number in 1...70 { host.open(number, from: "change-\(number)", at: commit) }
        host.givePages(of: 30)
        let found = try await client(host).openPullRequests()
        #expect(found.map(\.number).sorted() == Array(1...70))
        // The address that the host gives for the next page is never called.
        #expect(host.calls.count == 3)
    }

    @Test(
        arguments: [
            ("2026-01-31T09:05:00Z", "2026-01-31T09:05:00.000Z"),
            ("2026-01-31T09:05:00.5Z", "2026-01-31T09:05:00.500Z"),
            ("2026-01-31T09:05:00.138375+00:00", "2026-01-31T09:05:00.138Z"),
            ("2026-01-31T09:05:00+02:00", "2026-01-31T07:05:00.000Z"),
            ("2026-01-31T09:05:00-01:30", "2026-01-31T10:35:00.000Z"),
            ("2026-01-31T09:05:00", nil), ("yesterday", nil), ("2026-02-31T09:05:00Z", nil),
            ("2026-01-31T09:05:00+2", nil),
        ] as [(String, String?)])
    func momentsAreReadAsHostsWriteThem(text: String, moment: String?) {
        #expect(HostMoment.timestamp(text)?.description == moment)
    }

    @Test func datesOfAnswersAreRead() {
        #expect(HostMoment.httpDate("Sun, 06 Nov 1994 08:49:37 GMT")?.description == "1994-11-06T08:49:37.000Z")
        #expect(HostMoment.httpDate("Sun, 06 Nov 1994 08:49:37 CET") == nil)
        #expect(HostMoment.httpDate("") == nil)
    }
}
