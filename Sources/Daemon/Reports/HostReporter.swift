import GitHosts
import Lifecycle
import Model
import SQLite
import Store

/// Tells one project's Git host how its environments do: a status beside each commit, deployments where the host has
/// them, a comment on each pull request.
///
/// What should be shown is compared with what was told, anew before every call: a crash, a lost answer or a wrong order
/// costs time and nothing else, and what was overtaken meanwhile is never told. No deployment waits for it or fails
/// because of it.
struct HostReporter: Service {
    let link: HostLink
    /// The project's environments as people are shown them.
    let environments: @Sendable () async -> [EnvironmentStatus]
    /// Whether every environment there is is among them.
    let isSettled: @Sendable () async -> Bool
    let parts: DaemonParts

    var name: String { "reports of \(link.project)" }

    /// How long what happens in quick succession is waited for, so that it is told once.
    private static let pause = Duration.milliseconds(300)
    /// How often it is looked whether a credential that the host does not know was replaced.
    private static let credentialPause = Duration.seconds(10)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        let changes = parts.changes
        stop.onRaise {
            wake.ring()
            changes.notify()
        }
        var memory = ReportMemory()
        var failures = 0
        while !stop.isRaised {
            let seen = changes.generation
            // The choice is made when it can be sent, so that it is of what is true then.
            if let opening = link.client.pace.opening {
                await wake.wait(until: opening)
                continue
            }
            var next: (act: ReportAct?, at: ContinuousClock.Instant?) = (nil, nil)
            do throws(StageFailure) {
                next = memory.next(of: try await due(), now: SteadyClock.now)
                guard let act = next.act else {
                    var until = next.at.map { Deadline(instant: $0) }
                    if await link.client.hasNewCredential() {
                        memory.wake()
                        continue
                    }
                    if let known = until { until = min(known, .after(Self.credentialPause)) }
                    await changes.wait(after: seen, until: until)
                    if changes.generation != seen { await wake.wait(until: .after(Self.pause)) }
                    continue
                }
                Failpoint.pass("notify.before")
                try await tell(act)
                memory.told(act, now: SteadyClock.now)
                failures = 0
                await note(act.topic, nil)
            } catch {
                failures += 1
                await take(error, about: next.act, failures, &memory)
            }
        }
    }

    /// Everything that the host should be told now.
    private func due() async throws(StageFailure) -> [ReportAct] {
        let isSettled = await isSettled()
        let environments = await environments()
        let told = try await kept { try await link.ledger.toldStatuses(of: link.project) }
        let last = Dictionary(told.map { ($0.status.key, $0) }, uniquingKeysWith: { first, _ in first })
        var acts = ReportPlan.due(ReportPlan.statuses(of: environments), told: told).map {
            ReportAct.status($0, told: last[$0.key])
        }
        if link.showsDeployments, let known = try await knownDeployments() {
            acts += HostDeploymentPlan.due(
                HostDeploymentPlan.wanted(of: environments), told: known, environments: environments,
                isSettled: isSettled
            ).map { .deployment($0.deployment, told: $0.told) }
        }
        let commands = try await kept { try await link.ledger.commands(of: link.project) }
        for stored in try await kept({ try await link.ledger.pullRequests(of: link.project) }) {
            let own = commands.filter { $0.number == stored.request.number }
            guard
                let text = PullRequestReport.text(
                    for: stored, environments: environments, project: link.project, commands: own),
                text != stored.told, stored.told == nil || stored.comment != nil
            else { continue }
            acts.append(.comment(text, on: stored.request.number, id: stored.comment))
        }
        return acts
    }

    /// What the host was told of deployments: what is remembered, and once after every start what the host shows
    /// besides. Nil while that is not known.
    private func knownDeployments() async throws(StageFailure) -> [ToldDeployment]? {
        let told = try await kept { try await link.ledger.toldDeployments(of: link.project) }
        switch link.recalled {
        case .done: return told
        case .failed(let until) where !until.hasPassed: return nil
        case .failed, .due: break
        }
        do throws(StageFailure) {
            let shown = try await link.client.shownDeployments(of: link.project, besides: told)
            for deployment in shown.reversed() {
                try await kept { try await link.ledger.remember(told: deployment, of: link.project) }
            }
            link.note(recall: .done)
            return shown.isEmpty ? told : try await kept { try await link.ledger.toldDeployments(of: link.project) }
        } catch {
            await note(.deployments, error)
            // Whoever may not list them may make them, or is told so.
            let isOver = error.reason == .hostUnauthorised && !error.isUnknownCredential || isFinal(error)
            link.note(recall: isOver ? .done : .failed(until: .after(Self.recallPause)))
            return isOver ? told : nil
        }
    }

    /// How long after a failure the host is asked again what it shows.
    private static let recallPause = Duration.seconds(30)

    private func tell(_ act: ReportAct) async throws(StageFailure) {
        switch act {
        case .status(let status, let told):
            let next = try await link.client.post(status, before: told)
            Failpoint.pass("notify.after_send")
            try await kept { try await link.ledger.remember(told: next, of: link.project) }
        case .deployment(let deployment, let told):
            let next = try await link.client.show(deployment, before: told)
            Failpoint.pass("notify.after_send")
            try await kept { try await link.ledger.remember(told: next, of: link.project) }
        case .comment(let text, let number, let id):
            let written = try await link.client.write(
                text, mark: PullRequestReport.mark(of: link.project), on: number, comment: id)
            Failpoint.pass("notify.after_send")
            try await kept {
                try await link.ledger.remember(comment: written, told: text, on: number, of: link.project)
            }
        }
    }

    /// Decides what a failure means for what is told next.
    private func take(
        _ failure: StageFailure, about act: ReportAct?, _ failures: Int, _ memory: inout ReportMemory
    ) async {
        await note(act?.topic ?? .statuses, failure)
        let topics: [ReportAct.Topic] =
            // The credential, or the host as a whole; else what the credential may not.
            failure.reason == .hostUnauthorised && !failure.isUnknownCredential
            ? [act?.topic ?? .statuses] : ReportAct.Topic.allCases
        if let act, isFinal(failure) {
            memory.refuse(act)
            // What is over for the host must not be tried again after a restart either.
            if case .status(let status, _) = act, failure.verdict == .stall {
                try? await kept {
                    try await link.ledger.remember(told: ToldStatus(status: status, mark: nil), of: link.project)
                }
            }
            return
        }
        var pause = parts.pause(afterFailures: failures)
        if case .retry(let told?) = failure.verdict { pause = told }
        memory.rest(topics, until: SteadyClock.now + pause)
    }

    private func isFinal(_ failure: StageFailure) -> Bool {
        failure.verdict == .stall || failure.reason == .hostHasNot
    }

    private func note(_ topic: ReportAct.Topic, _ failure: StageFailure?) async {
        guard link.note(.reporting(topic), failure), failure?.verdict != .cancelled else { return }
        if let failure {
            parts.log.warning(failure.message, ("project", link.project.rawValue), ("reason", failure.reason.rawValue))
        }
        parts.changes.notify()
    }

    private func kept<Value: Sendable>(_ body: () async throws -> Value) async throws(StageFailure) -> Value {
        try await parts.kept { _ in try await body() }
    }
}
