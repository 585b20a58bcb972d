import Model
import SQLite
import TestSupport
import Testing

@testable import Store

/// What is written is read back, by another opening of the same file.
struct RecordTests {
    let scratch: TemporaryDirectory
    let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    /// The same database, opened anew.
    func reopened() async throws -> Ledger {
        try await ledger.close()
        let again = Ledger(path: ledger.path)
        _ = try await again.open(now: noon)
        return again
    }

    @Test func keepsProjects() async throws {
        var shop = StoredProject.make()
        try await ledger.save(shop)
        try await ledger.save(.make(.make("blog")))
        shop.defaultBranch = RefName(bytes: Array("refs/heads/m".utf8) + [0xff])
        shop.confirmedDefaultBranch = .branch("main")
        shop.isBaselined = true
        shop.listedAt = noon
        shop.nextSequence = 7
        shop.lastGoodPolicies = EnvironmentPolicies(preview: nil)
        shop.dismissed = [.staging: .make(3)]
        shop.allowances = [.make("pr-4"): ForkAllowance(commit: .make(4), by: "ada", at: noon)]
        shop.areHeadsBaselined = true
        try await ledger.save(shop)
        let again = try await reopened()
        #expect(try await again.projects() == [.make(.make("blog")), shop])
        try await again.delete(project: .shop)
        #expect(try await again.projects() == [.make(.make("blog"))])
    }

    @Test func keepsWhatGitHostsWereTold() async throws {
        var status = CommitStatus(
            commit: .make(1), context: "slipway/staging", state: .running, summary: "starting", url: nil)
        try await ledger.remember(told: ToldStatus(status: status, mark: "7"), of: .shop)
        status.state = .success
        try await ledger.remember(told: ToldStatus(status: status, mark: "7"), of: .shop)
        var other = status
        other.commit = .make(2)
        try await ledger.remember(told: ToldStatus(status: other, mark: nil), of: .shop)
        let again = try await reopened()
        let told = try await again.toldStatuses(of: .shop)
        #expect(told == [ToldStatus(status: other, mark: nil), ToldStatus(status: status, mark: "7")])
        #expect(try await again.toldStatuses(of: .make("blog")).isEmpty)
    }

    @Test func keepsPullRequestsAndTheirComments() async throws {
        var request = PullRequest(
            number: 42, title: "change", author: "ada", head: .branch("x"), commit: .make(1), base: .branch("main"),
            isFork: false, isDraft: true, labels: ["preview"], isOpen: true)
        try await ledger.save(pullRequests: [request], removing: [], of: .shop)
        try await ledger.remember(comment: 7, told: "hello", on: 42, of: .shop)
        request.isOpen = false
        try await ledger.save(pullRequests: [request], removing: [], of: .shop)
        let again = try await reopened()
        let kept = StoredPullRequest(request: request, comment: 7, told: "hello")
        #expect(try await again.pullRequests(of: .shop) == [kept])
        try await again.save(pullRequests: [], removing: [42], of: .shop)
        #expect(try await again.pullRequests(of: .shop).isEmpty)
    }

    @Test func keepsRefNamesAsBytes() async throws {
        let strange = [
            RefName(bytes: Array("refs/heads/".utf8) + [0xff, 0x00, 0x80]), .branch("caf\u{e9}"),
            .branch("cafe\u{301}"), .branch("Main"), .branch("main"), .tag("v1"),
        ].sorted()
        var refs = strange.map { KnownRef.make($0) }
        refs[0].isBaseline = true
        refs[0].absences = 1
        refs[0].movedTo = .make(9)
        refs[0].sequence = 5
        try await ledger.save(refs: refs, removing: [], of: .make(), events: [.make("six refs")])
        #expect(try await ledger.knownRefs(of: .shop) == refs)
        let moved = KnownRef.make(strange[1], commit: .make(2))
        try await ledger.save(refs: [moved], removing: [strange[0]], of: .make(), events: [])
        let again = try await reopened()
        #expect(try await again.knownRefs(of: .shop) == [moved] + refs.dropFirst(2))
        #expect(try await again.knownRefs(of: .make("blog")).isEmpty)
        #expect(try await again.events(project: .shop, after: nil, limit: 9).map(\.message) == ["six refs"])
    }

    @Test func forgetsTheRefsOfAProjectThatIsForgotten() async throws {
        try await ledger.save(refs: [.make()], removing: [], of: .make(), events: [])
        try await ledger.delete(project: .shop)
        #expect(try await ledger.knownRefs(of: .shop).isEmpty)
    }

    @Test func keepsEnvironments() async throws {
        try await ledger.save(.make(), of: .shop, commit: .make(1))
        let deployment = try await ledger.makeDeployment(.live, release: .make(1))
        var staging = EnvironmentRecord.make()
        staging.live = .init(
            release: .make(1), content: .make(2), configuration: .make(3), commit: .make(4), since: noon,
            deployment: deployment.number)
        staging.healthy = [.init(commit: .make(4), content: .make(2), release: .make(1), at: noon)]
        staging.failed = .init(
            commit: .make(5), failure: FailureRecord(.make()), at: noon, attempts: 2, retryAt: noon)
        staging.hold = Hold(kind: .rolledBack, reason: "it broke", since: noon)
        staging.inProgress = .make(6)
        try await ledger.save(.make(.production), events: [.make("production is new")])
        try await ledger.save(staging, events: [])
        let again = try await reopened()
        #expect(try await again.environments(of: .shop) == [.make(.production), staging])
        try await again.delete(environment: staging.id, events: [.make("staging is gone")])
        #expect(try await again.environments(of: .shop) == [.make(.production)])
        #expect(try await again.deployment(deployment.number)?.state == .replaced)
        #expect(try await again.events(project: nil, after: 1, limit: 9).map(\.message) == ["staging is gone"])
    }

    @Test func takesTheDeploymentThatAnEnvironmentRunsForLive() async throws {
        try await ledger.save(.make(), of: .shop, commit: .make(1))
        let previous = try await ledger.makeDeployment(.live, release: .make(1))
        let lost = try await ledger.makeDeployment(.switching)
        var staging = EnvironmentRecord.make()
        staging.live = .init(
            release: .make(1), content: .make(2), configuration: .make(3), commit: .make(4), since: noon,
            deployment: lost.number)
        try await ledger.save(staging, events: [])
        let again = try await reopened()
        #expect(try await again.deployment(previous.number)?.state == .replaced)
        #expect(try await again.deployment(lost.number)?.state == .live)
        #expect(try await again.unfinishedDeployments().isEmpty)
    }

    @Test func keepsReleasesAndTheCommitsThatYieldThem() async throws {
        try await ledger.save(.make(1, content: 7), of: .shop, commit: .make(1))
        try await ledger.save(.make(2, content: 7), of: .shop, commit: .make(2))
        try await ledger.save(.make(1, content: 7), of: .shop, commit: .make(3))
        try await ledger.save(.make(1, content: 7), of: .shop, commit: .make(1))
        let again = try await reopened()
        #expect(try await again.release(.make(1), of: .shop) == .make(1, content: 7))
        #expect(try await again.release(.make(1), of: .make("blog")) == nil)
        #expect(try await again.releases(of: .shop, content: .make(7)) == [.make(2, content: 7), .make(1, content: 7)])
        #expect(try await again.releases(of: .shop, content: .make(8)).isEmpty)
        #expect(try await again.commits(yielding: .make(1), of: .shop) == [.make(1), .make(3)])
    }

    @Test func keepsImagesByBuildKey() async throws {
        try await ledger.remember(image: .make(1), key: .make(10), project: .shop)
        try await ledger.remember(image: .make(1), key: .make(11), project: .shop)
        try await ledger.remember(image: .make(2), key: .make(10), project: .shop)
        let again = try await reopened()
        #expect(try await again.image(builtFor: .make(10), project: .shop) == .make(2))
        #expect(try await again.image(builtFor: .make(10), project: .make("blog")) == nil)
        #expect(try await again.images(of: .shop) == [.make(2), .make(1)])
        try await again.forget(image: .make(1))
        #expect(try await again.image(builtFor: .make(11), project: .shop) == nil)
    }

    @Test func keepsBuilds() async throws {
        var first = try await ledger.beginBuild(
            project: .shop, service: "web", key: .make(1), commit: .make(1), at: noon)
        let second = try await ledger.beginBuild(
            project: .shop, service: "web", key: .make(2), commit: .make(2), at: noon)
        first.endedAt = noon
        first.failure = FailureRecord(.make())
        try await ledger.finish(first)
        let again = try await reopened()
        #expect(try await again.builds(of: .shop, limit: 9) == [second, first])
        #expect(try await again.builds(of: .shop, limit: 1) == [second])
        #expect(try await again.build(first.number) == first)
        #expect(try await again.unfinishedBuilds() == [second])
    }

    @Test func keepsDeploymentsWithTheirSteps() async throws {
        var first = try await ledger.makeDeployment(.starting)
        first.steps = [StepRecord(name: "build web", startedAt: noon, endedAt: noon, outcome: "done")]
        first.configuration = .make(3)
        var environment = EnvironmentRecord.make()
        environment.inProgress = .make(1)
        try await ledger.save(first, environment: environment, events: [.make("it starts")])
        try await ledger.save(.make(2), of: .shop, commit: .make(1))
        let second = try await ledger.makeDeployment(
            .live, in: EnvironmentID(project: .shop, name: .production), release: .make(2))
        let again = try await reopened()
        #expect(try await again.deployments(of: .shop, environment: nil, limit: 9) == [second, first])
        #expect(try await again.deployments(of: .shop, environment: .staging, limit: 9) == [first])
        #expect(try await again.deployment(second.number) == second)
        #expect(try await again.unfinishedDeployments() == [first])
        #expect(try await again.environments(of: .shop) == [environment])
        #expect(try await again.events(project: .shop, after: nil, limit: 9).count == 1)
    }

    @Test func endsTheDeploymentThatIsReplaced() async throws {
        try await ledger.save(.make(), of: .shop, commit: .make(1))
        let previous = try await ledger.makeDeployment(.live, release: .make(1))
        let failed = try await ledger.makeDeployment(.failed)
        var next = try await ledger.makeDeployment(.switching)
        next.state = .live
        next.release = .make(1)
        next.liveAt = noon
        try await ledger.save(next, replacing: previous.number)
        try await ledger.save(next, replacing: next.number)
        var ended = previous
        ended.state = .replaced
        ended.endedAt = noon
        #expect(try await reopened().deployments(of: .shop, environment: nil, limit: 9) == [next, failed, ended])
    }

    @Test func givesEventsInOrder() async throws {
        try await ledger.append((1...5).map { .make("\($0)") })
        try await ledger.append([.make("6", project: nil), .make("7", project: .make("blog"))])
        let again = try await reopened()
        #expect(try await again.events(project: nil, after: nil, limit: 3).map(\.message) == ["5", "6", "7"])
        #expect(try await again.events(project: .shop, after: nil, limit: 2).map(\.message) == ["4", "5"])
        #expect(try await again.events(project: .shop, after: 2, limit: 2).map(\.sequence) == [3, 4])
        #expect(try await again.events(project: nil, after: 7, limit: 2).isEmpty)
    }

    @Test func keepsPortLeases() async throws {
        var lease = PortLease(port: 20_001, container: "a", leasedAt: noon)
        try await ledger.save(PortLease(port: 20_000, container: "b", leasedAt: noon))
        try await ledger.save(lease)
        lease.releasedAt = noon
        try await ledger.save(lease)
        try await ledger.delete(leaseOf: 20_000)
        #expect(try await reopened().portLeases() == [lease])
    }

    @Test func namesTheRecordThatCannotBeRead() async throws {
        try await ledger.save(.make(.production))
        try await ledger.script("UPDATE environments SET record = '{}'")
        let error = await #expect(throws: SQLiteError.self) { try await ledger.environments(of: .shop) }
        #expect(error?.code == .unreadableRecord)
        #expect(error?.message.hasPrefix("environment 'shop/production' cannot be read: ") == true)
    }
}
