import Model

/// Which branches have a preview, and what each runs.
enum PreviewChoice {
    static func wishes(by policies: EnvironmentPolicies, in situation: Situation) -> [EnvironmentWish] {
        let gone = DeletionGuard.wishes(in: situation)
        let taken = followedElsewhere(policies, in: situation)
        let records = situation.facts.environments.filter { $0.kind == .preview }
        let adopted = Set(records.compactMap(\.ref))
        var claims: [EnvironmentName: Claim] = [:]
        for ref in situation.facts.refs where ref.name.isBranch && !ref.isGone && !taken.contains(ref.name) {
            let isAdopted = adopted.contains(ref.name)
            // Names cost a digest: not computed for what cannot have a preview anyway.
            let isProposed = policies.preview?.pullRequests == true && situation.openRequest(from: ref.name) != nil
            guard !ref.isBaseline || isAdopted || isProposed || !situation.facts.requests.isEmpty else { continue }
            let claim = Claim(ref: ref, exists: isAdopted, in: situation)
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
        let kept = gone.filter { $0.intent != .delete }.count
        let limit = max(0, (policies.preview?.limit ?? 0) - kept)
        let ordered = claims.values.filter { !settled.contains($0.name) }.sorted { $0.precedence > $1.precedence }
        let wished = ordered.enumerated().map { place, claim in
            place < limit ? claim.run(in: situation) : claim.wait(limit: policies.preview?.limit ?? 0, in: situation)
        }
        let rest = records.filter { !settled.contains($0.id.name) && claims[$0.id.name] == nil }
        return gone + wished + rest.map { leftover($0, taken: taken, in: situation) }
    }

    /// The branches that never have a preview because another environment runs them.
    private static func followedElsewhere(_ policies: EnvironmentPolicies, in situation: Situation) -> Set<RefName> {
        let followed = [policies.staging, policies.development].compactMap { policy in
            policy.flatMap { BranchChoice.followed(by: $0, in: situation) }
        }
        return Set(followed + [situation.defaultBranch].compactMap { $0 })
    }

    /// Whether a branch may have a preview.
    ///
    /// - Parameter isProposed: there is an open pull request from it.
    private static func admits(_ ref: RefName, _ policy: PreviewPolicy, isProposed: Bool) -> Bool {
        let short = ref.shortBytes
        if let patterns = policy.branches { return isProposed || patterns.contains { $0.matches(short) } }
        return !PreviewPolicy.neverByDefault.contains { $0.matches(short) }
    }

    /// A preview that exists, whose branch is not known to be gone, and that the policy does not admit.
    private static func leftover(
        _ record: EnvironmentRecord, taken: Set<RefName>, in situation: Situation
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
        return .orphaned(record, reason: "\(Manifest.fileName) gives \(ref.inWords) no preview any more")
    }
}

/// A branch that may have a preview.
private struct Claim {
    let name: EnvironmentName
    let ref: KnownRef
    let exists: Bool
    let isRequested: Bool

    init(ref: KnownRef, exists: Bool, in situation: Situation) {
        name = .preview(of: ref.name, hashing: situation.hashing)
        self.ref = ref
        self.exists = exists
        isRequested = situation.request(for: name, following: ref) != nil
    }

    /// Who comes first under the limit: what a person asked for, what exists (nothing is taken away
    /// from a branch because another one moved), then the newest move.
    var precedence: (Int, Int64, RefName) {
        (isRequested ? 2 : exists ? 1 : 0, ref.sequence, ref.name)
    }

    func run(in situation: Situation) -> EnvironmentWish {
        let commit = situation.request(for: name, following: ref) ?? ref.commit
        let reason =
            isRequested
            ? "a person asked for \(commit.short); the next push to \(ref.name.inWords) replaces it"
            : "\(ref.name.inWords) is at \(commit.short)"
        let renamed = situation.renamedFrom == ref.name ? "it was the default branch before" : nil
        return EnvironmentWish(
            environment: situation.id(name), kind: .preview, ref: ref.name, intent: .run(commit), reason: reason
        )
        .adding(note: objection(to: commit, record: situation.record(name), in: situation))
        .adding(note: renamed)
        .adding(note: ref.absences > 0 ? "the last listing of the repository did not have it" : nil)
    }

    func wait(limit: Int, in situation: Situation) -> EnvironmentWish {
        let gate = Gate(
            kind: .limit, blocker: "\(situation.project) has its \(limit) previews (environments.preview.limit)",
            remedy: "delete a branch whose preview is not needed, or raise the limit in \(Manifest.fileName)")
        return .waiting(situation.id(name), kind: .preview, ref: ref.name, commit: ref.commit, gates: [gate])
    }
}
