import Builder
import Config
import Deployer
import Lifecycle
import Model
import Promoter
import Store

extension ProjectLoop {
    func decide() async {
        await rememberUnknownRefs()
        let world = await facts()
        Failpoint.pass("plan.read.world")
        var decision = decision(for: world)
        for _ in 1..<Self.roundLimit {
            guard await read(for: decision) else { break }
            decision = self.decision(for: await facts())
        }
        Failpoint.pass("plan.decide")
        await adopt(decision.wishes)
        for wish in decision.wishes where !isDismissed(wish) {
            if workers[wish.environment.name] == nil {
                if wish.intent == .delete { continue }
                addWorker(
                    EnvironmentRecord(id: wish.environment, kind: wish.kind, ref: wish.ref, createdAt: parts.now()))
            }
            let known = wish.environment.name.pullRequest == nil ? candidates : forkCandidates
            await workers[wish.environment.name]?.take(wish, finding: wish.commit.flatMap { known[$0] })
        }
        await removeDismissed()
        let needed = Set(decision.neededCommits)
        candidates = candidates.filter { needed.contains($0.key) }
        let neededOfForks = Set(decision.neededForkCommits)
        forkCandidates = forkCandidates.filter { neededOfForks.contains($0.key) }
        await forgetAllowances()
        await reading.rest()
    }

    /// What follows from the facts; the same ones are not thought about twice.
    private func decision(for facts: ProjectFacts) -> Promotion.Decision {
        if let decided, decided.facts == facts { return decided.decision }
        let decision = parts.decisions.wishes(facts)
        decided = (facts, decision)
        return decision
    }

    /// How often a decision may ask for more facts in one pass: refs, policy, candidates, and once more.
    static let roundLimit = 6

    func facts() async -> ProjectFacts {
        let records = await records()
        let production = records.first { $0.kind == .production }?.live?.commit
        if production != livePolicy?.commit { livePolicy = nil }
        if let production, livePolicy == nil, let policies = await policies(at: production) {
            livePolicy = (production, policies.production)
        }
        return ProjectFacts(
            project: project, defaultBranch: stored.defaultBranch,
            confirmedDefaultBranch: stored.confirmedDefaultBranch,
            refs: refs, policy: policy, environments: records, candidates: candidates,
            areDeletionsApproved: areDeletionsApproved,
            requests: Dictionary(
                uniqueKeysWithValues: records.compactMap { record in record.requested.map { (record.id.name, $0) } }),
            livePolicy: livePolicy?.policy, dismissed: stored.dismissed, pullRequests: knownRequests(records),
            forks: forkFacts,
            doubt: doubt?.how)
    }

    /// Fetches and reads what a decision lacked; false when there is nothing more to learn.
    func read(for decision: Promotion.Decision) async -> Bool {
        var learnt = false
        let wanted = Set(decision.wantedRefs).union(adoption.wantedRefs)
        let missing = await reading.missing(refs.filter { wanted.contains($0.name) && !$0.isGone })
        if !missing.isEmpty {
            do throws(StageFailure) {
                try await reading.fetch(missing)
                fetchFailures = 0
                learnt = true
            } catch {
                await fetchFailed(error)
            }
        }
        let policy = await policy(of: refs.first { $0.name == stored.defaultBranch })
        if policy != self.policy {
            await policyChanged(policy)
            learnt = true
        }
        for commit in decision.neededCommits where candidates[commit] == nil {
            guard let finding = await candidate(of: commit) else { continue }
            candidates[commit] = finding
            learnt = true
        }
        for commit in decision.neededForkCommits where forkCandidates[commit] == nil {
            guard let finding = await candidate(of: commit, tier: images.forkTier) else { continue }
            forkCandidates[commit] = finding
            learnt = true
        }
        return learnt
    }

    // Each commit is read under its name: one that crashes the daemon must not keep the others from being read.

    func candidate(
        of commit: ObjectID, tier: BuildTier = .repository
    ) async -> ProjectFacts.CandidateFinding? {
        let object = WorkObject.commit(project, commit)
        if let suspect = parts.quarantine.suspect(object) { return .refused(FailureRecord(suspect.failure)) }
        return await Quarantine.holding(object) { await reading.candidate(of: commit, tier: tier) }
    }

    private func policy(of ref: KnownRef?) async -> ProjectFacts.PolicyFinding {
        let lastGood = stored.lastGoodPolicies
        guard let ref else { return await reading.policy(of: nil, lastGood: lastGood) }
        let object = WorkObject.commit(project, ref.commit)
        if let suspect = parts.quarantine.suspect(object) {
            return .invalid(message: suspect.sentence, lastGood: lastGood)
        }
        return await Quarantine.holding(object) { await reading.policy(of: ref, lastGood: lastGood) }
    }

    private func policies(at commit: ObjectID) async -> EnvironmentPolicies? {
        let object = WorkObject.commit(project, commit)
        if parts.quarantine.suspect(object) != nil { return nil }
        return await Quarantine.holding(object) { await reading.policies(at: commit) }
    }

    /// Reads a commit anew in the next pass.
    func forget(_ commit: ObjectID) {
        candidates[commit] = nil
        forkCandidates[commit] = nil
        wake.ring()
    }

    func fetchFailed(_ failure: StageFailure) async {
        // Not begun: the fence says why.
        if failure.verdict == .cancelled { return }
        fetchFailures += 1
        retry = .after(parts.pause(afterFailures: fetchFailures))
        if problem?.reason != failure.reason {
            log.warning(failure.message, ("reason", failure.reason.rawValue))
            await tell("remote.failed", failure.message)
        }
        problem = FailureRecord(failure)
    }

    func policyChanged(_ policy: ProjectFacts.PolicyFinding) async {
        self.policy = policy
        wantHeads()
        switch policy {
        case .known(let policies) where stored.lastGoodPolicies != policies:
            stored.lastGoodPolicies = policies
            await save(changed: [], removing: [], events: [])
        case .invalid(let message, _):
            log.warning("the default branch's manifest cannot be used: \(message)")
            await tell("manifest.invalid", message)
        case .known, .unknown: break
        }
    }

    /// What is wrong with the default branch's manifest; nil when nothing is.
    var manifestProblem: String? {
        if case .invalid(let message, _) = policy { message } else { nil }
    }
}
