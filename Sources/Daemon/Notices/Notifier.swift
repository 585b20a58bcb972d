import Config
import Lifecycle
import Model
import SQLite
import Store

/// Turns ends of deployments into notices for whoever wants to know.
///
/// Level-triggered: an end stays noted in the records until its notices are. No deployment waits for it.
struct Notifier: Service {
    let ledger: Ledger
    let subscribers: [Configuration.Subscriber]
    let instance: String
    let changes: Broadcast
    /// Where an environment is reached.
    let url: @Sendable (EnvironmentID) async -> String?
    /// Told when there are new notices.
    let isNews: Broadcast
    let log: Log

    let name = "notifications"

    /// The time between two rounds.
    private static let pause = Duration.seconds(1)

    func run(until stop: StopSignal) async throws {
        let wake = Wake()
        let changes = changes
        stop.onRaise {
            wake.ring()
            changes.notify()
        }
        var failures = 0
        while !stop.isRaised {
            let seen = changes.generation
            do throws(SQLiteError) {
                if failures == 0 { try await dropUnwanted() }
                while try await takeEnds(), !stop.isRaised {}
                failures = 0
                await changes.wait(after: seen, until: nil)
                await wake.wait(until: .after(Self.pause))
            } catch {
                failures += 1
                if failures == 1 { log.warning("cannot see which deployments ended: \(error)") }
                await wake.wait(
                    until: .after(Backoff.standard.pause(afterFailures: failures, random: Chance.fraction())))
            }
        }
    }

    /// Takes some ends; true when there may be more.
    private func takeEnds() async throws(SQLiteError) -> Bool {
        let ends = try await ledger.endedDeployments()
        guard let last = ends.last else { return false }
        var notices: [Notice] = []
        for end in ends {
            let url = subscribers.isEmpty ? nil : await url(end.deployment.environment)
            notices += NoticePlan.notices(
                of: end, for: subscribers, url: url, instance: instance,
                now: Timestamp(milliseconds: WallClock.milliseconds()))
        }
        try await ledger.save(notices: notices, ofEndsUpTo: last.sequence)
        if !notices.isEmpty { isNews.notify() }
        return ends.count == Ledger.endedLimit
    }

    /// Drops what is too much, and what nobody is configured to receive any more.
    private func dropUnwanted() async throws(SQLiteError) {
        let pending = Dictionary(grouping: try await ledger.pendingNotices(), by: \.subscriber)
        for (subscriber, notices) in pending {
            let isKnown = subscribers.contains { $0.name == subscriber }
            let surplus =
                isKnown
                ? NoticePlan.surplus(notices)
                : notices.map { ($0, "the configuration has no notification '\(subscriber)' any more") }
            for (notice, reason) in surplus {
                var notice = notice
                notice.state = .dropped
                notice.dueAt = nil
                notice.answer = reason
                try await ledger.save(notice)
            }
        }
    }
}
