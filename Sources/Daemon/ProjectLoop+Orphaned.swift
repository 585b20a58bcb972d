import Lifecycle
import Model
import Store

/// A project that the configuration does not name any more: what it has keeps running until a person removes it.
extension ProjectLoop {
    /// Gives every environment that is there the wish to stay as it is.
    func leaveAsItIs() async {
        for (name, worker) in workers {
            guard await !worker.isLeaving else { continue }
            let record = await worker.record
            if await worker.isUnused {
                await worker.take(
                    EnvironmentWish(
                        environment: worker.id, kind: record.kind, ref: record.ref, intent: .delete,
                        reason: "nothing ever ran there, and the configuration does not name the project any more"),
                    finding: nil)
                continue
            }
            let command = "slipway env delete \(project) \(name)"
            let reason = "the configuration names no project '\(project)' any more; it keeps running until `\(command)`"
            await worker.take(
                EnvironmentWish(
                    environment: worker.id, kind: record.kind, ref: record.ref, intent: .orphaned, reason: reason),
                finding: nil)
        }
        await removeDismissed()
        if workers.isEmpty { await forget() }
    }

    /// Nothing of the project is left.
    private func forget() async {
        guard !isForgotten else { return }
        do throws(StageFailure) {
            try await parts.kept { [project] ledger in try await ledger.delete(project: project) }
            isForgotten = true
            log.info("the project is not configured and has no environment any more: it is forgotten")
            parts.changes.notify()
        } catch {
            log.warning("cannot forget the project: \(error.message)")
        }
    }

    /// What is wrong with a project that is not configured.
    static func orphanage(of project: ProjectName) -> FailureRecord {
        FailureRecord(
            StageFailure(
                reason: .other, verdict: .stall,
                message: "nobody looks at it: the configuration names no project '\(project)' any more",
                hint:
                    "name it in the daemon's configuration again, or remove its environments with 'slipway env delete'")
        )
    }
}

/// Reads nothing: of a project that is not configured nobody knows where it is or who may read it.
struct NoReading: CommitReading {
    func missing(_ refs: [KnownRef]) async -> [KnownRef] { [] }
    func fetch(_ refs: [KnownRef]) async throws(StageFailure) {}
    func rest() async {}
    func policy(of ref: KnownRef?, lastGood: EnvironmentPolicies?) async -> ProjectFacts.PolicyFinding { .unknown }
    func policies(at commit: ObjectID) async -> EnvironmentPolicies? { nil }
    func candidate(of commit: ObjectID, tier: BuildTier) async -> ProjectFacts.CandidateFinding? { nil }
}
