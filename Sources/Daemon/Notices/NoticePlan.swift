import Config
import Crypto
import Model
import Store

/// Who is told of the end of a deployment, and what is left out when there is too much to tell: pure.
enum NoticePlan {
    /// How many notices may wait for one subscriber before only the newest of each environment is kept.
    static let calmLimit = 20
    /// How many may wait for one subscriber at all; the newest.
    static let limit = 100

    /// The notices that follow from an end.
    static func notices(
        of end: EndedDeployment, for subscribers: [Configuration.Subscriber], url: String?, instance: String,
        now: Timestamp
    ) -> [Notice] {
        let deployment = end.deployment
        let wanted = subscribers.filter {
            $0.wants(end.outcome, of: deployment.kind, in: deployment.environment.project)
        }
        return wanted.map { subscriber in
            let name = "\(instance) \(subscriber.name) \(deployment.number) \(end.outcome.rawValue)"
            return Notice(
                id: "msg_" + SHA256.hex(of: Array(name.utf8)).prefix(24), subscriber: subscriber.name,
                environment: deployment.environment, kind: deployment.kind, outcome: end.outcome,
                deployment: deployment.number, ref: deployment.ref, commit: deployment.commit,
                release: deployment.release,
                endedAt: (end.outcome == .live ? deployment.liveAt : deployment.endedAt) ?? now,
                reason: end.outcome == .failed ? deployment.failure?.message ?? deployment.cause : deployment.cause,
                url: url, dueAt: now)
        }
    }

    /// Those of one subscriber's waiting notices that are not sent, oldest first, with the reason.
    static func surplus(_ pending: [Notice]) -> [(notice: Notice, reason: String)] {
        guard pending.count > calmLimit else { return [] }
        var newest: Set<EnvironmentID> = []
        var kept = 0
        var dropped: [(notice: Notice, reason: String)] = []
        for notice in pending.sorted(by: { $0.number > $1.number }) {
            if !newest.insert(notice.environment).inserted {
                dropped.append((notice, "a newer one of the same environment waits, and more than \(calmLimit) do"))
            } else if kept >= limit {
                dropped.append((notice, "more than \(limit) newer ones wait"))
            } else {
                kept += 1
            }
        }
        return dropped.reversed()
    }
}
