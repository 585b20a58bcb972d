import Model
import Store
import Testing

@testable import Daemon

/// What a Git host is told follows from what people are shown, and from what it was told before.
@Suite struct ReportPlanTests {
    private let first = ObjectID("1111111111111111111111111111111111111111") ?? .zero
    private let second = ObjectID("2222222222222222222222222222222222222222") ?? .zero

    private func environment(
        _ progress: EnvironmentStatus.Progress, commit: ObjectID? = nil, wanted: ObjectID? = nil,
        deployment: Deployment? = nil, name: String = "staging", kind: EnvironmentKind = .staging, ref: RefName? = nil,
        gates: [Gate] = []
    ) -> EnvironmentStatus {
        EnvironmentStatus(
            id: EnvironmentID(project: project, name: EnvironmentName(name) ?? .staging), kind: kind, ref: ref,
            urls: ["http://\(name)--shop.localhost:8080"], health: .healthy, progress: progress, reason: "because",
            commit: commit, wanted: wanted, gates: gates, deployment: deployment)
    }

    private func deployment(
        _ commit: ObjectID, _ state: DeploymentState, failure: FailureRecord? = nil
    ) -> Deployment {
        var deployment = Deployment(
            number: 1, environment: EnvironmentID(project: project, name: .staging),
            kind: .staging, commit: commit, ref: nil, cause: "a push", queuedAt: Timestamp(milliseconds: 1000))
        deployment.state = state
        deployment.failure = failure
        if state == .live { deployment.liveAt = Timestamp(milliseconds: 4000) }
        return deployment
    }

    @Test func aDeploymentGoesFromPendingToSuccess() {
        let states = [DeploymentState.queued, .building, .starting, .switching].map { state in
            ReportPlan.statuses(of: [environment(.deploying, deployment: deployment(first, state))]).first?.state
        }
        #expect(states == [.pending, .running, .running, .running])
        let live = ReportPlan.statuses(of: [environment(.current, commit: first, deployment: deployment(first, .live))])
        #expect(live.first?.state == .success)
        #expect(live.first?.url == "http://staging--shop.localhost:8080")
        #expect(live.first?.summary == "live without a build after 3 s")
        #expect(live.first?.context == "slipway/staging")
    }

    @Test func aFailureNamesItsReasonAndTheLastLine() {
        let failure = FailureRecord(
            StageFailure(
                reason: .buildFailed, verdict: .stall, message: "the build failed: exit 1",
                output: ["RUN make", "no rule"])
        )
        let told = ReportPlan.statuses(
            of: [environment(.failed, commit: second, deployment: deployment(first, .failed, failure: failure))])
        #expect(told.map(\.state) == [.failure])
        #expect(told.first?.commit == first)
        #expect(told.first?.summary == "the build failed: exit 1 — no rule")
    }

    @Test func aGateIsPendingWithWhatItWaitsFor() {
        let gate = Gate(kind: .after, blocker: "staging has not run 2222222 yet")
        let told = ReportPlan.statuses(of: [environment(.waiting, commit: first, wanted: second, gates: [gate])])
        #expect(told.map(\.state) == [.pending])
        #expect(told.first?.commit == second)
        #expect(told.first?.summary == "staging has not run 2222222 yet")
    }

    @Test func onlyWhatDiffersIsTold() {
        let wanted = ReportPlan.statuses(of: [environment(.current, commit: first)])
        #expect(ReportPlan.due(wanted, told: []) == wanted)
        #expect(ReportPlan.due(wanted, told: wanted.map { ToldStatus(status: $0, mark: nil) }).isEmpty)
    }

    @Test func whatWasLeftOpenIsFinished() {
        let open = CommitStatus(
            commit: first, context: "slipway/staging", state: .running, summary: "starting", url: nil)
        let wanted = ReportPlan.statuses(of: [environment(.deploying, deployment: deployment(second, .queued))])
        let due = ReportPlan.due(wanted, told: [ToldStatus(status: open, mark: "7")])
        #expect(due.map(\.state) == [.cancelled, .pending])
        #expect(due.first?.commit == first)
        #expect(due.first?.summary == "superseded by 2222222")
        let gone = ReportPlan.due([], told: [ToldStatus(status: open, mark: nil)])
        #expect(gone.map(\.state) == [.cancelled])
    }

    @Test func whatIsFinishedStaysAsItWasTold() {
        let past = CommitStatus(commit: first, context: "slipway/staging", state: .success, summary: "live", url: nil)
        #expect(ReportPlan.due([], told: [ToldStatus(status: past, mark: nil)]).isEmpty)
    }

    // The comment

    private func stored(isOpen: Bool = true, isFork: Bool = false, told: String? = nil) -> StoredPullRequest {
        StoredPullRequest(
            request: PullRequest(
                number: 42, title: "change", author: "ada", head: .branch("feature-x"), commit: first,
                base: .branch("main"), isFork: isFork, isDraft: false, labels: [], isOpen: isOpen),
            comment: nil, told: told)
    }

    private let project: ProjectName

    init() throws { project = try #require(ProjectName("shop")) }

    private func preview(
        _ progress: EnvironmentStatus.Progress, deployment: Deployment? = nil
    ) -> EnvironmentStatus {
        environment(
            progress, commit: first, deployment: deployment, name: "feature-x", kind: .preview,
            ref: .branch("feature-x"))
    }

    @Test func theCommentShowsWhereThePreviewIs() throws {
        let text = try #require(
            PullRequestReport.text(
                for: stored(),
                environments: [preview(.current, deployment: deployment(first, .live)), environment(.current)],
                project: project))
        #expect(text.hasPrefix("<!-- slipway:shop -->"))
        #expect(text.contains("(http://feature-x--shop.localhost:8080)"))
        #expect(text.contains("**live** — `1111111`, without a build, 3 s"))
        #expect(!text.contains("staging"))
    }

    @Test func nothingIsSaidWhereNothingRuns() {
        #expect(PullRequestReport.text(for: stored(), environments: [environment(.current)], project: project) == nil)
        #expect(
            PullRequestReport.text(for: stored(isFork: true), environments: [preview(.current)], project: project)
                == nil)
    }

    @Test func aClosedOneIsToldThatItsPreviewIsGone() throws {
        let text = try #require(
            PullRequestReport.text(for: stored(isOpen: false, told: "before"), environments: [], project: project))
        #expect(text.contains("is gone"))
    }

    @Test func hostileTextStaysText() throws {
        let failure = FailureRecord(
            StageFailure(
                reason: .buildFailed, verdict: .stall, message: "<img src=x> @everyone [x](http://evil) `a`",
                output: ["````", "</details>"]))
        let text = try #require(
            PullRequestReport.text(
                for: stored(),
                environments: [preview(.failed, deployment: deployment(first, .failed, failure: failure))],
                project: project))
        #expect(!text.contains("<img"))
        #expect(!text.contains("@everyone"))
        #expect(!text.contains("[x]("))
        #expect(text.ranges(of: "`````").count == 2)
    }
}

/// What a listing of open pull requests leads to.
@Suite struct PullRequestChangesTests {
    private func request(_ number: Int, isOpen: Bool = true, title: String = "change") -> PullRequest {
        PullRequest(
            number: number, title: title, author: "ada", head: .branch("b\(number)"), commit: nil,
            base: .branch("main"), isFork: false, isDraft: false, labels: [], isOpen: isOpen)
    }

    @Test func whoIsNotListedAnyMoreIsClosed() {
        let update = PullRequestChanges.folding([request(2)], into: [request(1), request(2)])
        #expect(update.known == [request(1, isOpen: false), request(2)])
        #expect(update.changed == [request(1, isOpen: false)])
    }

    @Test func theSameListingTwiceChangesNothing() {
        let once = PullRequestChanges.folding([request(1), request(2)], into: [])
        #expect(once.changed.map(\.number) == [1, 2])
        #expect(PullRequestChanges.folding([request(1), request(2)], into: once.known).changed.isEmpty)
    }

    @Test func aReopenedOneIsOpenAgain() {
        let update = PullRequestChanges.folding([request(1)], into: [request(1, isOpen: false)])
        #expect(update.known == [request(1)])
    }

    @Test func onlySoManyClosedOnesAreRemembered() {
        let closed = (1...250).map { request($0, isOpen: false) }
        let update = PullRequestChanges.folding([request(251)], into: closed)
        #expect(update.known.count == 201)
        #expect(update.forgotten == Array(1...50))
        #expect(update.known.last?.isOpen == true)
    }
}
