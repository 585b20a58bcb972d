import Foundation
import HTTPClient
import Model
import SQLite
import TestSupport
import Testing

/// Pull requests as their host shows them: a branch's own, a fork's, and what people ask for in comments.
@Suite struct PullRequestTests {
    /// Plays a scene whose repository is on a scripted host, with a manifest that asks about forks.
    static func play(
        _ kind: GitHostKind = .github, polling: String = "60s",
        _ body: (Scene, ScriptedHost) async throws -> Void
    ) async throws {
        let host = try ScriptedHost(kind, repository: "git/shop")
        var server: PrivateGitServer?
        try await Scene.play(
            on: try ScriptedEngine(.podman), polling: polling, host: kind,
            repository: { workshop in
                let started = try PrivateGitServer(workshop)
                server = started
                let password = try workshop.write("secret", to: "password")
                let token = try workshop.write(host.token, to: "api-token")
                chmod(password, 0o600)
                chmod(token, 0o600)
                return """
                    repository: http://127.0.0.1:\(started.port)/git/shop.git
                        credential: { user: ada, password: { file: \(password) } }
                        api: { url: "\(host.api)", token: { file: \(token) } }
                    """
            },
            { scene in
                try await body(scene, host)
                #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
            })
        withExtendedLifetime(server) {}
    }

    static let manifest = """
        services: { web: { drain_timeout: 0s, stop_timeout: 1s, health: { path: / } } }
        environments: { preview: { branches: [], forks: ask, drafts: false } }

        """

    @Test func oneOfABranchComesAndGoesWithItsPullRequest() async throws {
        try await Self.play { scene, host in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            try scene.checkOut("feature-x", isNew: true)
            let second = try scene.push(page: "two", to: "feature-x")
            // A draft does not count, and no pattern admits the branch.
            host.open(7, from: "feature-x", at: second, isDraft: true)
            try await scene.heard(by: host)
            #expect(scene.environment("feature-x") == nil)
            host.open(7, from: "feature-x", at: second)
            scene.announcePullRequest()
            try await scene.live(second, in: "feature-x")
            // A draft again: what it had goes.
            host.open(7, from: "feature-x", at: second, isDraft: true)
            scene.announcePullRequest()
            try await scene.eventually("the draft's preview is gone") { scene.environment("feature-x") == nil }
            // Opened and closed before anybody looks: nothing happens.
            host.open(8, from: "feature-x", at: second)
            host.close(8, at: second)
            host.open(7, from: "feature-x", at: second)
            scene.announcePullRequest()
            try await scene.live(second, in: "feature-x")
            // Closed while the daemon is down.
            scene.daemon.kill()
            host.close(7, at: second)
            try await scene.start()
            try await scene.eventually("the preview is gone") { scene.environment("feature-x") == nil }
        }
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func aForksWaitsForAWordForEveryCommit(_ kind: GitHostKind) async throws {
        try await Self.play(kind) { scene, host in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            let first = try scene.pushFork(page: "fork one", number: 42, on: kind)
            host.open(42, from: "main", at: first, isFork: true)
            scene.refreshPullRequests(host)
            try await scene.eventually("the fork waits") {
                scene.environment("pr-42")?.gates.map(\.kind) == [.allowance]
                    && scene.environment("pr-42")?.wanted == first
            }
            #expect(scene.why("pr-42").contains("slipway allow shop pr-42"))
            #expect(scene.builds().allSatisfy { $0.commit != first })
            try await scene.eventually("the comment says what is needed") {
                host.comments(on: 42).count == 1 && host.comments(on: 42)[0].contains("/slipway allow \(first)")
            }
            // Somebody without write access: no effect, and one line for all of it.
            host.say("/slipway allow", on: 42, by: "eve")
            host.say("/slipway delete", on: 42, by: "eve")
            scene.refreshPullRequests(host)
            try await scene.eventually("it is said who may ask") {
                host.comments(on: 42).contains { $0.contains("for people with write access") }
            }
            #expect(scene.environment("pr-42")?.gates.map(\.kind) == [.allowance])
            // Who may: it runs, from a build of its own.
            host.say("/slipway allow", on: 42, by: "ada")
            scene.refreshPullRequests(host)
            try await scene.live(first, in: "pr-42")
            #expect(scene.page(of: "pr-42") == "fork one\n")
            let builds = scene.builds()
            let (theirs, ours) = (builds.first { $0.commit == first }, builds.first { $0.commit != first })
            let query = scene.scripted.ledger.buildQuery(of: "slipway.local/shop:\(theirs?.key.short ?? "")")
            #expect(query["networkmode"] == "NetworkDisabled" && query["nocache"] == "1" && query["pull"] == "1")
            #expect(query["layers"] == "0")
            let own = scene.scripted.ledger.buildQuery(of: "slipway.local/shop:\(ours?.key.short ?? "")")
            #expect(!own.isEmpty && own["networkmode"] == nil && own["nocache"] == nil)
            try await scene.eventually("the word is answered") {
                host.comments(on: 42).contains { $0.contains("ada: `/slipway allow` — \(first.short) is allowed") }
            }
            // Another push waits again, and what ran runs on.
            let second = try scene.pushFork(page: "fork two", number: 42, on: kind)
            host.open(42, from: "main", at: second, isFork: true)
            scene.refreshPullRequests(host)
            try await scene.eventually("the push waits") {
                scene.environment("pr-42")?.wanted == second && scene.environment("pr-42")?.progress == .waiting
            }
            #expect(scene.page(of: "pr-42") == "fork one\n")
            // The word that was there before the push is not for it, also after a restart.
            scene.daemon.kill()
            try await scene.start()
            try await scene.eventually("it still waits") { scene.environment("pr-42")?.wanted == second }
            #expect(scene.page(of: "pr-42") == "fork one\n")
            // On the command line, for the very commit.
            let wrong = scene.ask(
                "POST", "/api/v1/projects/shop/environments/pr-42/allow",
                body: Array(#"{"commit":"\#(first)"}"#.utf8), headers: [.init("Content-Type", "application/json")])
            #expect(wrong?.status == 409)
            try scene.wish("allow", of: "pr-42", ["commit": "\(second)"])
            try await scene.live(second, in: "pr-42")
            #expect(scene.page(of: "pr-42") == "fork two\n")
            // Merged with the very same tree: nothing of the fork's build is used.
            let images = Set(scene.builds().filter { $0.commit == second }.compactMap(\.image))
            try scene.git("push", "-q", "origin", "\(second):refs/heads/main")
            try scene.deliver(.branch("main"), second)
            let staging = try await scene.live(second, in: "staging")
            #expect(images.count == 1 && images.isDisjoint(with: staging.services.map(\.image)))
            // Closed: gone.
            host.close(42)
            scene.refreshPullRequests(host)
            try await scene.eventually("the preview is gone") { scene.environment("pr-42") == nil }
            #expect(scene.containers().allSatisfy { $0.Labels["io.slipway.environment"] != "pr-42" })
        }
    }

    @Test func aPushBetweenAWordAndItsHearingIsNotWhatWasMeant() async throws {
        try await Self.play { scene, host in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            let first = try scene.pushFork(page: "harmless", number: 42, on: .github)
            host.open(42, from: "main", at: first, isFork: true)
            scene.refreshPullRequests(host)
            try await scene.eventually("the fork waits") { scene.environment("pr-42")?.wanted == first }
            // Nobody hears the comment before the push.
            scene.daemon.kill()
            host.say("/slipway allow", on: 42, by: "ada", after: 0)
            let second = try scene.pushFork(page: "harmful", number: 42, on: .github)
            host.open(42, from: "main", at: second, isFork: true)
            try await scene.start()
            try await scene.eventually("the word is refused, and says why") {
                host.comments(on: 42).contains {
                    $0.contains("/slipway allow \(second)") && $0.contains("was pushed after")
                }
            }
            #expect(scene.environment("pr-42")?.gates.map(\.kind) == [.allowance])
            #expect(scene.builds().allSatisfy { $0.commit != second })
            // Named in full, there is no doubt.
            host.say("/slipway allow \(second)", on: 42, by: "ada", after: 0)
            scene.refreshPullRequests(host)
            try await scene.live(second, in: "pr-42")
        }
    }

    /// What a daemon had begun when it was killed: said again where that changes nothing, and else said to be lost.
    @Test func aCommandThatACrashCutOffIsTakenUpAgain() async throws {
        try await Self.play { scene, host in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            try scene.checkOut("feature-x", isNew: true)
            let second = try scene.push(page: "two", to: "feature-x")
            host.open(7, from: "feature-x", at: second)
            scene.refreshPullRequests(host)
            try await scene.live(second, in: "feature-x")
            scene.daemon.kill()
            let own = { scene.containers().filter { $0.Labels["io.slipway.environment"] == "feature-x" }.map(\.Id) }
            let before = own()
            func begin(_ word: CommentCommand.Word) throws {
                let comment = host.say("/slipway \(word.rawValue)", on: 7)
                let command = CommentCommand(
                    comment: comment, number: 7, word: word, commit: nil, author: "ada",
                    writtenAt: Timestamp(milliseconds: 0))
                let record = String(decoding: try JSONEncoder().encode(command), as: UTF8.self)
                let database = try Connection(path: scene.directory.path(of: "state/slipway.db"), access: .readWrite)
                try database.run(
                    "INSERT INTO comment_commands (project, number, comment, record) VALUES ('shop', 7, ?, ?)",
                    [.integer(Int64(comment)), .text(record)])
                try database.close()
            }
            try begin(.redeploy)
            try await scene.start()
            try await scene.eventually("it is said that it was cut off") {
                host.comments(on: 7).contains { $0.contains("Slipway was restarted over it") }
            }
            #expect(own() == before)
            scene.daemon.kill()
            try begin(.stop)
            try await scene.start()
            try await scene.eventually("it is stopped") {
                scene.environment("feature-x")?.health == .stopped && own().isEmpty
            }
        }
    }

    @Test func whatAForkRunsOutlivesTheRecords() async throws {
        try await Self.play { scene, host in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            let fork = try scene.pushFork(page: "fork", number: 42, on: .github)
            host.open(42, from: "main", at: fork, isFork: true)
            scene.refreshPullRequests(host)
            try await scene.eventually("the fork waits") { scene.environment("pr-42")?.wanted == fork }
            try scene.wish("allow", of: "pr-42", ["commit": "\(fork)"])
            try await scene.live(fork, in: "pr-42")
            host.say("/slipway delete", on: 42, after: 0)
            let before = Set(scene.containers().map(\.Id))
            scene.daemon.kill()
            for file in ["slipway.db", "slipway.db-wal", "slipway.db-shm"] {
                try? FileManager.default.removeItem(atPath: scene.directory.path(of: "state/\(file)"))
            }
            try await scene.start()
            // The word is lost with the records: what runs stays as it is, and nothing that was asked for is done anew.
            try await scene.eventually("it waits, and runs what it ran") {
                let environment = scene.environment("pr-42")
                return environment?.commit == fork && environment?.gates.map(\.kind) == [.allowance]
            }
            #expect(scene.page(of: "pr-42") == "fork\n")
            #expect(Set(scene.containers().map(\.Id)) == before)
            try scene.wish("allow", of: "pr-42", ["commit": "\(fork)"])
            try await scene.eventually("it is current") { scene.environment("pr-42")?.progress == .current }
            #expect(Set(scene.containers().map(\.Id)) == before)
        }
    }

    /// No token, and so nothing but refs: the head that is no branch's is a fork's, and its going is its closing.
    @Test func withoutTheHostsWordHeadsAreEnough() async throws {
        try await Scene.play(on: try ScriptedEngine(.podman)) { scene in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            // One that a branch of the repository is at is that branch's.
            try scene.checkOut("feature-x", isNew: true)
            let own = try scene.push(page: "two", to: "feature-x", delivers: false)
            try scene.git("push", "-q", "origin", "HEAD:refs/pull/7/head")
            scene.refresh()
            try await scene.live(own, in: "feature-x")
            let fork = try scene.pushFork(page: "fork", number: 42, on: .github)
            scene.refresh()
            try await scene.eventually("the fork waits") {
                scene.environment("pr-42")?.gates.map(\.kind) == [.allowance]
            }
            #expect(!scene.why("pr-42").contains("comment `/slipway allow`"))
            try scene.wish("allow", of: "pr-42", ["commit": "\(fork)"])
            let environment = try await scene.live(fork, in: "pr-42")
            #expect(environment.reason.contains("no filter applies"))
            #expect(scene.page(of: "pr-42") == "fork\n")
            try scene.git("push", "-q", "origin", "--delete", "refs/pull/42/head")
            scene.refresh()
            try await scene.eventually("the preview is gone") { scene.environment("pr-42") == nil }
            #expect(scene.environment("pr-7") == nil)
        }
    }

    @Test func aForkIsNotBuiltWhereBuildsShareACache() async throws {
        try await Scene.play(on: try ScriptedEngine(.docker)) { scene in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            scene.refresh()
            let fork = try scene.pushFork(page: "fork", number: 42, on: .github)
            scene.refresh()
            try await scene.eventually("the fork waits") { scene.environment("pr-42")?.wanted == fork }
            try scene.wish("allow", of: "pr-42", ["commit": "\(fork)"])
            let failure = try await scene.failure(of: fork, in: "pr-42")
            #expect(failure.message.contains("one cache"))
            #expect(scene.scripted.ledger.counts(of: .imageBuilt).count == 1)
        }
    }

    @Test(arguments: GitHostKind.allCases.filter { $0 != .bitbucket })
    func peopleWithWriteAccessAskInComments(_ kind: GitHostKind) async throws {
        try await Self.play(kind) { scene, host in
            try await scene.live(try scene.push(page: "one", files: ["slipway.yml": Self.manifest]), in: "staging")
            try scene.checkOut("feature-x", isNew: true)
            let second = try scene.push(page: "two", to: "feature-x")
            host.open(7, from: "feature-x", at: second)
            scene.refreshPullRequests(host)
            try await scene.live(second, in: "feature-x")
            func answered(_ word: String, _ sentence: String) async throws {
                try await scene.eventually("'\(word)' is answered with '\(sentence)'") {
                    host.comments(on: 7).contains { $0.contains("`/slipway \(word)`") && $0.contains(sentence) }
                }
            }
            // Off: nothing runs, and stays off on push.
            host.say("/slipway stop", on: 7)
            scene.refreshPullRequests(host)
            try await scene.eventually("it is stopped") {
                scene.environment("feature-x")?.health == .stopped
                    && !scene.containers().contains { $0.Labels["io.slipway.environment"] == "feature-x" }
            }
            try await answered("stop", "it is switched off")
            let third = try scene.push(page: "three", to: "feature-x")
            host.open(7, from: "feature-x", at: third)
            try await scene.eventually("the push is built") {
                scene.builds().contains { $0.commit == third && $0.image != nil }
            }
            #expect(!scene.containers().contains { $0.Labels["io.slipway.environment"] == "feature-x" })
            // Killed, the daemon still knows, and no comment acts a second time.
            scene.daemon.kill()
            try await scene.start()
            #expect(scene.environment("feature-x")?.health == .stopped)
            // On again: the newest.
            host.say("/slipway start", on: 7)
            scene.refreshPullRequests(host)
            try await scene.live(third, in: "feature-x")
            #expect(scene.page(of: "feature-x") == "three\n")
            // Why, and once more.
            host.say("/slipway why", on: 7)
            scene.refreshPullRequests(host)
            try await answered("why", "is current")
            let before = scene.containers().filter { $0.Labels["io.slipway.environment"] == "feature-x" }.map(\.Id)
            host.say("/slipway redeploy", on: 7)
            scene.refreshPullRequests(host)
            try await answered("redeploy", "is started anew")
            try await scene.eventually("other containers run") {
                let now = scene.containers().filter { $0.Labels["io.slipway.environment"] == "feature-x" }.map(\.Id)
                return now.count == 1 && now != before
            }
            try await scene.live(third, in: "feature-x")
            // A command that makes no sense here is answered as well.
            host.say("/slipway allow", on: 7)
            scene.refreshPullRequests(host)
            try await answered("allow", "waits for nobody")
            host.say("/slipway delete", on: 7)
            scene.refreshPullRequests(host)
            try await scene.eventually("it is gone") { scene.environment("feature-x") == nil }
            try await answered("delete", "it is removed")
            let own = host.comments(on: 7).filter { $0.contains("<!-- slipway:shop -->") }
            #expect(own.count == 1)
            #expect(scene.project()?.host?.problem == nil)
        }
    }
}

extension Scene {
    /// Commits a page on a fork of `main`: the commit is at the head of its pull request and at no branch.
    func pushFork(page: String, number: Int, on kind: GitHostKind) throws -> ObjectID {
        let clone = workshop.path(of: "shop")
        try git("checkout", "-q", "--detach")
        for (file, content) in Application.files(page: page) { try workshop.write(content, to: "shop/\(file)") }
        try workshop.git("-C", clone, "add", "-A")
        try workshop.git("-C", clone, "commit", "-q", "-m", page)
        let head = try #require(kind.head(ofPullRequest: number))
        let name = String(decoding: head.bytes, as: UTF8.self)
        try workshop.git("-C", clone, "push", "-q", "--force", "origin", "HEAD:\(name)")
        return try self.head
    }

    /// Has the daemon look at pull requests now, as a delivery would.
    func refreshPullRequests(_ host: ScriptedHost) { announcePullRequest() }

    /// Announces a pull request, and waits until the daemon has listed them once more and thought about it.
    func heard(by host: ScriptedHost) async throws {
        let before = host.calls.count
        announcePullRequest()
        try await eventually("pull requests are listed") {
            host.calls.dropFirst(before).contains { $0.method == "GET" && $0.path.contains("/pulls") }
        }
        let listed = project()?.listedAt
        refresh()
        try await eventually("the remote is listed") { project()?.listedAt != listed }
    }
}
