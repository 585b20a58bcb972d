import Model

/// Which branches and pull requests have a preview, and what each runs.
enum PreviewChoice {
    static func wishes(by policies: EnvironmentPolicies, in situation: Situation) -> [EnvironmentWish] {
        let gone = DeletionGuard.wishes(in: situation)
        let taken = followedElsewhere(policies, in: situation)
        let records = situation.facts.environments.filter { $0.kind == .preview && !$0.isFork }
        let adopted = Set(records.compactMap(\.ref))
        var claims: [EnvironmentName: PreviewClaim] = [:]
        for ref in situation.facts.refs where ref.name.isBranch && !ref.isGone && !taken.contains(ref.name) {
            let isAdopted = adopted.contains(ref.name)
            // Names cost a digest: not computed for what cannot have a preview anyway.
            let isProposed = policies.preview.map { Self.isProposed(ref.name, $0, in: situation) } ?? false
            guard !ref.isBaseline || isAdopted || isProposed || !situation.facts.requests.isEmpty else { continue }
            let claim = PreviewClaim(ref: ref, exists: isAdopted, in: situation)
            guard claim.isRequested || situation.finished(ref) == nil else { continue }
            let isWelcome = policies.preview.map { admits(ref.name, $0, isProposed: isProposed) } ?? false
            guard claim.isRequested || isWelcome && (!ref.isBaseline || isAdopted || isProposed) else { continue }
            // Deleted or expired: only another commit brings it back, and until then it takes no other one's place.
            if !claim.isRequested, situation.facts.dismissed[claim.name] == ref.commit { continue }
            // Six digits of a digest can collide; the branch that the environment was made for keeps it.
            if let other = claims[claim.name], other.precedence > claim.precedence { continue }
            claims[claim.name] = claim
        }
        let settled = Set(gone.map(\.environment.name))
        let forks = ForkChoice(policy: policies.preview, settled: settled, in: situation)
        let kept = gone.filter { $0.intent != .delete }.count + forks.occupied
        let limit = max(0, (policies.preview?.limit ?? 0) - kept)
        let ordered = (claims.values.filter { !settled.contains($0.name) } + forks.claims)
            .sorted { $0.precedence > $1.precedence }
        let wished = ordered.enumerated().map { place, claim in
            place < limit ? claim.run(in: situation) : claim.wait(limit: policies.preview?.limit ?? 0, in: situation)
        }
        let rest = records.filter { !settled.contains($0.id.name) && claims[$0.id.name] == nil }
        return gone + wished + forks.others + rest.map { leftover($0, by: policies, taken: taken, in: situation) }
    }

    /// The branches that never have a preview because another environment runs them.
    private static func followedElsewhere(_ policies: EnvironmentPolicies, in situation: Situation) -> Set<RefName> {
        let followed = [policies.staging, policies.development].compactMap { policy in
            policy.flatMap { BranchChoice.followed(by: $0, in: situation) }
        }
        return Set(followed + [situation.defaultBranch].compactMap { $0 })
    }

    /// Whether there is an open pull request from a branch that counts.
    private static func isProposed(_ branch: RefName, _ policy: PreviewPolicy, in situation: Situation) -> Bool {
        guard policy.pullRequests, let request = situation.openRequest(from: branch) else { return false }
        return situation.refusal(of: request, by: policy) == nil
    }

    /// Whether a branch may have a preview.
    ///
    /// - Parameter isProposed: there is an open pull request from it that counts.
    private static func admits(_ ref: RefName, _ policy: PreviewPolicy, isProposed: Bool) -> Bool {
        let short = ref.shortBytes
        if let patterns = policy.branches { return isProposed || patterns.contains { $0.matches(short) } }
        return !PreviewPolicy.neverByDefault.contains { $0.matches(short) }
    }

    /// A preview that exists, whose branch is not known to be gone, and that the policy does not admit.
    private static func leftover(
        _ record: EnvironmentRecord, by policies: EnvironmentPolicies, taken: Set<RefName>, in situation: Situation
    ) -> EnvironmentWish {
        guard let ref = record.ref, situation.present(ref) != nil else {
            let branch = record.ref?.inWords ?? "its branch"
            return .waiting(
                record.id, kind: .preview, ref: record.ref, commit: nil,
                gates: [Gate(kind: .facts, blocker: "\(branch) has not been seen in a listing of the repository yet")])
        }
        if let known = situation.present(ref), let request = situation.finished(known) {
            return EnvironmentWish(
                environment: record.id, kind: .preview, ref: ref, intent: .delete,
                reason: "pull request #\(request.number) is closed and \(ref.inWords) has not moved since")
        }
        if taken.contains(ref) {
            return .orphaned(record, reason: "\(ref.inWords) runs in another environment now")
        }
        if let policy = policies.preview, policy.pullRequests, let request = situation.openRequest(from: ref),
            let refusal = situation.refusal(of: request, by: policy)
        {
            return EnvironmentWish(
                environment: record.id, kind: .preview, ref: ref, intent: .delete,
                reason: "pull request #\(request.number) \(refusal), and no pattern admits \(ref.inWords) itself")
        }
        return .orphaned(record, reason: "\(Manifest.fileName) gives \(ref.inWords) no preview any more")
    }
}
