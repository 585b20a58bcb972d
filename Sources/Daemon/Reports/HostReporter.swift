import GitHosts
import Lifecycle
import Model
import SQLite
import Store

/// Tells one project's Git host how its environments do: a status beside each commit, a comment on each pull request.
///
/// What should be shown is compared with what was told: a crash, a lost answer or a wrong order costs time and
/// nothing else. No deployment waits for it or fails because of it.
struct HostReporter: Service {
    let link: HostLink
    /// The project's environments as people are shown them.
    let environments: @Sendable () async -> [EnvironmentStatus]
    let parts: DaemonParts

    var name: String { "reports of \(link.project)" }

    /// The time between two rounds, so that what happens in quick succession is told once.
    private static let pause = Duration.seconds(1)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        let changes = parts.changes
        stop.onRaise {
            wake.ring()
            changes.notify()
        }
        var refused = Refused()
        var failures = 0
        while !stop.isRaised {
            let seen = changes.generation
            do throws(StageFailure) {
                try await round(&refused)
                failures = 0
                await note(nil)
                await changes.wait(after: seen, until: nil)
                await wake.wait(until: .after(Self.pause))
            } catch {
                failures += 1
                await note(error)
                await wake.wait(until: .after(rest(after: error, failures)))
            }
        }
    }

    /// What the host will never take, until it reads differently.
    private struct Refused {
        var statuses: Set<CommitStatus> = []
        var comments: [Int: String] = [:]
    }

    private func round(_ refused: inout Refused) async throws(StageFailure) {
        let environments = await environments()
        let told = try await kept { try await link.ledger.toldStatuses(of: link.project) }
        let wanted = ReportPlan.statuses(of: environments).filter { !refused.statuses.contains($0) }
        for status in ReportPlan.due(wanted, told: told) {
            do throws(StageFailure) {
                let next = try await link.client.post(status, before: told.first { $0.status.key == status.key })
                try await kept { try await link.ledger.remember(told: next, of: link.project) }
            } catch {
                guard isFinal(error) else { throw error }
                parts.log.warning(error.message, ("project", link.project.rawValue))
                refused.statuses.insert(status)
                // What is over for the host must not be tried again after a restart either.
                try await kept {
                    try await link.ledger.remember(told: ToldStatus(status: status, mark: nil), of: link.project)
                }
            }
        }
        try await comment(on: environments, &refused)
    }

    private func comment(on environments: [EnvironmentStatus], _ refused: inout Refused) async throws(StageFailure) {
        let requests = try await kept { try await link.ledger.pullRequests(of: link.project) }
        let commands = try await kept { try await link.ledger.commands(of: link.project) }
        for stored in requests {
            let number = stored.request.number
            guard
                let text = PullRequestReport.text(
                    for: stored, environments: environments, project: link.project,
                    commands: commands.filter { $0.number == number }),
                text != stored.told, refused.comments[number] != text
            else { continue }
            do throws(StageFailure) {
                // Once written and then gone: a person has deleted it, and does not want it back.
                guard stored.told == nil || stored.comment != nil else { continue }
                let id = try await link.client.write(
                    text, mark: PullRequestReport.mark(of: link.project), on: number, comment: stored.comment)
                try await kept {
                    try await link.ledger.remember(comment: id, told: text, on: number, of: link.project)
                }
            } catch {
                guard isFinal(error) else { throw error }
                parts.log.warning(error.message, ("project", link.project.rawValue))
                refused.comments[number] = text
            }
        }
    }

    private func isFinal(_ failure: StageFailure) -> Bool {
        failure.verdict == .stall || failure.reason == .hostHasNot
    }

    private func rest(after failure: StageFailure, _ failures: Int) -> Duration {
        if case .retry(let pause?) = failure.verdict { return pause }
        return parts.pause(afterFailures: failures)
    }

    private func note(_ failure: StageFailure?) async {
        guard link.note(.reporting, failure), failure?.verdict != .cancelled else { return }
        if let failure {
            parts.log.warning(failure.message, ("project", link.project.rawValue), ("reason", failure.reason.rawValue))
        }
        parts.changes.notify()
    }

    private func kept<Value: Sendable>(_ body: () async throws -> Value) async throws(StageFailure) -> Value {
        try await parts.kept { _ in try await body() }
    }
}
