import Glibc
import Model
import TestSupport
import Testing
import Watcher

@Suite struct GitTransportListingTests {
    private let workshop: GitWorkshop
    private let bare: String
    private let transport: GitTransport

    init() throws {
        workshop = try GitWorkshop()
        bare = try workshop.makeRemote()
        transport = GitTransport(executable: try Program.path())
    }

    private func list(_ address: RemoteAddress, _ credential: RemoteCredential = .none) async throws -> RefListing {
        try await #require(transport.list([address], credential: credential).first).get()
    }

    private func reason(_ address: RemoteAddress, _ credential: RemoteCredential = .none) async -> StageFailure.Reason?
    {
        guard case .failure(let failure) = await transport.list([address], credential: credential).first else {
            return nil
        }
        return failure.reason
    }

    private var local: RemoteAddress { .make("file://" + bare) }

    @Test func listsTheSameByEveryWay() async throws {
        let commit = try #require(ObjectID(try workshop.push()))
        try workshop.git("-C", workshop.path(of: "remote"), "tag", "-a", "v1", "-m", "one")
        try workshop.git("-C", workshop.path(of: "remote"), "push", "-q", "origin", "v1")
        let tag = try #require(ObjectID(try workshop.git("-C", bare, "rev-parse", "v1")))
        let expected = RefListing(
            head: .branch("main"),
            refs: [
                ListedRef(name: .branch("main"), target: commit),
                ListedRef(name: .tag("v1"), target: tag, peeled: commit),
            ])
        let daemon = try GitDaemonServer(workshop)
        let http = try HTTPGitServer(workshop)
        #expect(try await list(local) == expected)
        #expect(try await list(daemon.address()) == expected)
        #expect(try await list(http.address("git/remote.git")) == expected)
        let password = RemoteCredential.password(user: "ada", Secret("secret"))
        #expect(try await list(http.address("private/remote.git"), password) == expected)
        #expect(try await list(http.address("private/remote.git"), .token(Secret("secret"))) == expected)
    }

    @Test func anEmptyRepositoryIsAnEmptyListing() async throws {
        let daemon = try GitDaemonServer(workshop)
        let http = try HTTPGitServer(workshop)
        for address in [local, daemon.address(), http.address("git/remote.git")] {
            #expect(try await list(address) == RefListing(head: nil, refs: []))
        }
    }

    @Test func aHeadThatNamesNothingIsNone() async throws {
        try workshop.push(to: "other")
        #expect(try await list(local).head == nil)
        #expect(try await list(local).refs.map(\.name) == [.branch("other")])
    }

    @Test func followsADefaultBranchThatIsRenamed() async throws {
        try workshop.push(to: "trunk")
        try workshop.push(to: "main")
        #expect(try await list(local).head == .branch("main"))
        try workshop.git("-C", bare, "symbolic-ref", "HEAD", "refs/heads/trunk")
        let daemon = try GitDaemonServer(workshop)
        #expect(try await list(local).head == .branch("trunk"))
        #expect(try await list(daemon.address()).head == .branch("trunk"))
    }

    @Test func takesNamesAsBytes() async throws {
        let commit = try workshop.push()
        let names: [[UInt8]] =
            ["a'b\"c;$(id)", "ü", "e\u{301}", "\u{202e}x", "-x", String(repeating: "l", count: 200)].map {
                Array($0.utf8)
            }
            + [[0xff, 0xfe, 0x61]]
        var packed = Array("# pack-refs with: peeled fully-peeled sorted \n".utf8)
        let sorted = names.map { Array("refs/heads/".utf8) + $0 }.sorted { $0.lexicographicallyPrecedes($1) }
        for name in sorted { packed += Array("\(commit) ".utf8) + name + Array("\n".utf8) }
        try workshop.write(packed, to: "remote.git/packed-refs")
        let daemon = try GitDaemonServer(workshop)
        for address in [local, daemon.address()] {
            let listed = Set(try await list(address).refs.map(\.name.bytes))
            #expect(listed == Set(sorted + [Array("refs/heads/main".utf8)]))
        }
    }

    @Test func listsHundredsOfRefs() async throws {
        let commit = try workshop.push()
        let clone = workshop.path(of: "remote")
        let lines =
            (0..<150).map { "create refs/heads/b\($0) \(commit)\n" }
            + (0..<50).map { "create refs/tags/t\($0) \(commit)\n" }
        try workshop.git("-C", bare, "update-ref", "--stdin", input: lines.joined())
        try workshop.git("-C", clone, "fetch", "-q")
        #expect(try await list(local).refs.count == 201)
    }

    @Test func saysWhoRefusesWhat() async throws {
        try workshop.push()
        let daemon = try GitDaemonServer(workshop)
        let http = try HTTPGitServer(workshop)
        let closed = try #require(Loopback.freePort())
        #expect(await reason(.make("file:///nonexistent/x.git")) == .remoteNotFound)
        #expect(await reason(.make("file://" + workshop.path)) == .remoteNotFound)
        #expect(await reason(daemon.address("none.git")) == .remoteNotFound)
        #expect(await reason(http.address("git/none.git")) == .remoteNotFound)
        #expect(await reason(http.address("private/remote.git")) == .remoteUnauthorised)
        let wrong = RemoteCredential.token(Secret("wrong"))
        #expect(await reason(http.address("private/remote.git"), wrong) == .remoteUnauthorised)
        #expect(await reason(http.address("page/remote.git")) == .remoteBroken)
        #expect(await reason(http.address("broken/remote.git")) == .remoteUnreachable)
        #expect(await reason(.make("git://127.0.0.1:\(closed)/x.git")) == .remoteUnreachable)
        #expect(await reason(.make("http://127.0.0.1:\(closed)/x.git")) == .remoteUnreachable)
        #expect(await reason(.make("https://127.0.0.1:\(http.port)/x.git")) == .remoteBroken)
        #expect(await reason(.make("http://no-such-host.invalid/x.git")) == .remoteUnreachable)
    }

    @Test func followsARepositoryOnlyWithinItsHostAndPort() async throws {
        let commit = try workshop.push()
        // Another server with the same repository would answer, if it was asked.
        let other = try HTTPGitServer(workshop)
        let http = try HTTPGitServer(workshop, elsewhere: other.port)
        let moved = try await list(http.address("moved/remote.git"))
        #expect(moved.refs.map(\.commit.hex) == [commit])
        for path in ["elsewhere/remote.git", "offsite/remote.git"] {
            let address = http.address(path)
            let expected = StageFailure(
                reason: .remoteBroken, verdict: .retry(after: nil),
                message: "\(address) names another address instead of answering; it is not followed",
                hint: "put the repository's present address into the configuration")
            #expect(await transport.list([address], credential: .token(Secret("secret"))) == [.failure(expected)])
        }
    }

    @Test func neverShowsACredentialInAFailure() async throws {
        try workshop.push()
        let http = try HTTPGitServer(workshop)
        let credential = RemoteCredential.password(user: "ada", Secret("canary-8c1f"))
        for path in ["private/remote.git", "elsewhere/remote.git", "page/remote.git"] {
            guard case .failure(let failure) = await transport.list([http.address(path)], credential: credential).first
            else {
                Issue.record("\(path) was listed")
                continue
            }
            #expect(!"\(failure)".contains("canary"))
        }
    }

    @Test func trustsOnlyCertificatesOfAuthoritiesItKnows() async throws {
        let commit = try workshop.push()
        let http = try HTTPGitServer(workshop)
        let front = try TLSFront(workshop, before: http)
        #expect(await reason(front.address("git/remote.git")) == .remoteUnreachable)

        let trusting = GitTransport(executable: try Program.path(), certificates: front.authority)
        let listing = try await #require(trusting.list([front.address("git/remote.git")], credential: .none).first)
            .get()
        #expect(listing.refs.map(\.commit.hex) == [commit])
        // The name counts, too.
        let wrongName = RemoteAddress.make("https://127.0.0.1:\(front.port)/git/remote.git")
        let refused = await trusting.list([wrongName], credential: .none)
        #expect(throws: StageFailure.self) { try refused.first?.get() }
    }

    @Test func oneThatIsDeadDoesNotSpoilTheOthers() async throws {
        try workshop.push()
        let dead = try #require(Loopback.listen())
        defer { close(dead.descriptor) }
        var limits = GitTransport.Limits()
        limits.listing = .milliseconds(500)
        let transport = GitTransport(executable: try Program.path(), limits: limits)
        let hanging = (0..<10).map { RemoteAddress.make("git://127.0.0.1:\(dead.port)/\($0).git") }
        let results = await transport.list(hanging + [local, .make("file:///nonexistent")], credential: .none)
        let reasons = results.map { result -> StageFailure.Reason? in
            guard case .failure(let failure) = result else { return nil }
            return failure.reason
        }
        #expect(reasons == [StageFailure.Reason?](repeating: .timedOut, count: 10) + [nil, .remoteNotFound])
    }
}

extension GitTransportListingTests {
    @Test func headsOfPullRequestsAreListedWhereTheyAreWanted() async throws {
        let commit = try #require(ObjectID(try workshop.push()))
        for name in ["refs/pull/1/head", "refs/pull/2/head", "refs/pull/2/merge", "refs/merge-requests/3/head"] {
            try workshop.git("-C", bare, "update-ref", name, "\(commit)")
        }
        func heads(_ wanted: PullRequestHeads) async throws -> [String] {
            let results = await transport.list([local], heads: [wanted], credential: .none)
            return try #require(results.first).get().refs.map(\.name).filter { !$0.isBranch }.map(\.description)
        }
        #expect(try await heads(.none) == [])
        #expect(try await heads(.numbers([2])) == ["refs/pull/2/head"])
        #expect(
            try await heads(.all) == ["refs/merge-requests/3/head", "refs/pull/1/head", "refs/pull/2/head"])
    }
}
