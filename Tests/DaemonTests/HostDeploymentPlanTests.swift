import Model
import Testing

@testable import Daemon

/// What a host should show of deployments follows from what people are shown, and from what it was told before.
@Suite struct HostDeploymentPlanTests {
    private let first = ObjectID("1111111111111111111111111111111111111111") ?? .zero
    private let second = ObjectID("2222222222222222222222222222222222222222") ?? .zero
    private let project: ProjectName

    init() throws { project = try #require(ProjectName("shop")) }

    private func environment(
        _ progress: EnvironmentStatus.Progress, commit: ObjectID? = nil, deployment: Deployment? = nil,
        name: String = "staging", kind: EnvironmentKind = .staging
    ) -> EnvironmentStatus {
        EnvironmentStatus(
            id: EnvironmentID(project: project, name: EnvironmentName(name) ?? .staging), kind: kind,
            ref: .branch("main"), urls: ["http://\(name)--shop.localhost:8080"], health: .healthy, progress: progress,
            reason: "because", commit: commit, deployment: deployment)
    }

    private func deployment(_ commit: ObjectID, _ state: DeploymentState, failing message: String? = nil) -> Deployment
    {
        var deployment = Deployment(
            number: 1, environment: EnvironmentID(project: project, name: .staging), kind: .staging, commit: commit,
            ref: .branch("main"), cause: "a push", queuedAt: Timestamp(milliseconds: 1000))
        deployment.state = state
        deployment.failure = message.map {
            FailureRecord(StageFailure(reason: .buildFailed, verdict: .stall, message: $0))
        }
        return deployment
    }

    private func told(_ deployments: [HostDeployment]) -> [ToldDeployment] {
        deployments.enumerated().map { ToldDeployment(deployment: $0.element, id: 7 + $0.offset) }
    }

    private func due(
        _ environments: [EnvironmentStatus], told: [ToldDeployment] = [], isSettled: Bool = true
    ) -> [HostDeployment] {
        HostDeploymentPlan.due(
            HostDeploymentPlan.wanted(of: environments), told: told, environments: environments, isSettled: isSettled
        ).map(\.deployment)
    }

    @Test func whatRunsAndWhatComesAreBothShown() {
        let wanted = HostDeploymentPlan.wanted(of: [
            environment(.deploying, commit: first, deployment: deployment(second, .starting))
        ])
        #expect(wanted.map(\.state) == [.success, .running])
        #expect(wanted.map(\.commit) == [first, second])
        #expect(wanted.map(\.url) == ["http://staging--shop.localhost:8080", nil])
        #expect(wanted.last?.summary == "starting")
    }

    @Test func aFailureLeavesWhatRunsAsItIs() {
        let wanted = HostDeploymentPlan.wanted(of: [
            environment(.failed, commit: first, deployment: deployment(second, .failed, failing: "exit 1"))
        ])
        #expect(wanted.map(\.state) == [.success, .failure])
        #expect(wanted.last?.summary == "exit 1")
    }

    @Test func theSameCommitDeployedAnewIsShownOnce() {
        let wanted = HostDeploymentPlan.wanted(of: [
            environment(.deploying, commit: first, deployment: deployment(first, .building))
        ])
        #expect(wanted.map(\.state) == [.success])
    }

    @Test func onlyWhatDiffersIsTold() {
        let environments = [environment(.current, commit: first)]
        let wanted = HostDeploymentPlan.wanted(of: environments)
        #expect(due(environments) == wanted)
        #expect(due(environments, told: told(wanted)).isEmpty)
    }

    @Test func whatIsReplacedIsSaidAfterWhatReplacesIt() {
        let before = HostDeploymentPlan.wanted(of: [environment(.current, commit: first)])
        let acts = due([environment(.current, commit: second)], told: told(before))
        #expect(acts.map(\.state) == [.success, .replaced])
        #expect(acts.last?.summary == "replaced by 2222222")
    }

    @Test func whatWasLeftOpenIsGivenUp() {
        let before = HostDeploymentPlan.wanted(of: [environment(.deploying, deployment: deployment(first, .building))])
        let acts = due([environment(.deploying, deployment: deployment(second, .queued))], told: told(before))
        #expect(acts.map(\.state) == [.queued, .cancelled])
        #expect(acts.last?.summary == "superseded by 2222222")
    }

    @Test func whatIsGoneIsSaidOnlyOnceEverythingIsKnown() {
        let before = told(HostDeploymentPlan.wanted(of: [environment(.current, commit: first, name: "feature-x")]))
        #expect(due([], told: before, isSettled: false).isEmpty)
        let acts = due([], told: before)
        #expect(acts.map(\.state) == [.gone])
        #expect(acts.first?.url == nil)
        #expect(due([], told: told(acts)).isEmpty)
    }

    @Test func anEnvironmentThatIsNotKnownToRunAnythingReplacesNothing() {
        let before = told(HostDeploymentPlan.wanted(of: [environment(.current, commit: first)]))
        #expect(due([environment(.waiting)], told: before).isEmpty)
    }

    @Test func aFailedPreviewThatGoesIsGone() {
        let failed = HostDeploymentPlan.wanted(of: [
            environment(.failed, deployment: deployment(first, .failed, failing: "exit 1"))
        ])
        #expect(due([], told: told(failed)).map(\.state) == [.gone])
    }
}

/// What is told next, what rests, and what is never told again.
@Suite struct ReportMemoryTests {
    private let commit = ObjectID("1111111111111111111111111111111111111111") ?? .zero
    private let start = ContinuousClock.now

    private func status(_ state: CommitStatus.State, _ context: String, told before: CommitStatus.State?) -> ReportAct {
        func make(_ state: CommitStatus.State) -> CommitStatus {
            CommitStatus(commit: commit, context: context, state: state, summary: "\(state)", url: nil)
        }
        return .status(make(state), told: before.map { ToldStatus(status: make($0), mark: nil) })
    }

    @Test func endsComeBeforeStepsAndStatusesBeforeComments() {
        let comment = ReportAct.comment("hello", on: 1, id: nil)
        let step = status(.running, "a", told: .pending)
        let end = status(.success, "b", told: .running)
        let memory = ReportMemory()
        #expect(memory.next(of: [step, comment, end], now: start).act == end)
        #expect(memory.next(of: [step, comment], now: start).act == comment)
        #expect(memory.next(of: [step], now: start).act == step)
        #expect(memory.next(of: [], now: start).act == nil)
    }

    @Test func theFirstWordAboutACommitIsUrgent() {
        let step = status(.running, "a", told: .pending)
        let first = status(.pending, "b", told: nil)
        #expect(ReportMemory().next(of: [step, first], now: start).act == first)
    }

    @Test func rewordingWaits() {
        var memory = ReportMemory()
        let rewording = status(.running, "a", told: .running)
        #expect(rewording.isRewording)
        memory.told(rewording, now: start)
        let next = memory.next(of: [rewording], now: start + .seconds(1))
        #expect(next.act == nil)
        #expect(next.at == start + ReportMemory.rewordingPause)
        #expect(memory.next(of: [status(.success, "a", told: .running)], now: start + .seconds(1)).act != nil)
        #expect(memory.next(of: [rewording], now: start + ReportMemory.rewordingPause).act == rewording)
    }

    @Test func aTopicThatRestsHoldsUpNoOther() {
        var memory = ReportMemory()
        let step = status(.running, "a", told: .pending)
        let comment = ReportAct.comment("hello", on: 1, id: nil)
        memory.rest([.comments], until: start + .seconds(300))
        #expect(memory.next(of: [comment, step], now: start).act == step)
        #expect(memory.next(of: [comment], now: start).at == start + .seconds(300))
        memory.wake()
        #expect(memory.next(of: [comment], now: start).act == comment)
    }

    @Test func whatIsRefusedIsNotToldAgainUntilItReadsDifferently() {
        var memory = ReportMemory()
        let act = status(.running, "a", told: .pending)
        memory.refuse(act)
        #expect(memory.next(of: [act], now: start).act == nil)
        #expect(memory.next(of: [status(.success, "a", told: .pending)], now: start).act != nil)
    }
}
