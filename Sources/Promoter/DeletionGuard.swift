import Model

/// Which previews go because their branch is gone; asks first when many vanish at once (DESIGN, rule 2).
enum DeletionGuard {
    /// More than this many at once, and more than half of all previews, need a person's consent.
    static let unquestioned = 5

    static func wishes(in situation: Situation) -> [EnvironmentWish] {
        let previews = situation.facts.environments.filter { $0.kind == .preview }
        // Whether a fork's pull request is open, its host says where it is asked, and nobody need confirm it.
        let isAsked = situation.facts.forks.isDescribed
        let gone = previews.filter { record in
            !(record.isFork && isAsked) && (record.ref.map(situation.isGone) ?? false)
        }
        let affected = gone.filter { $0.hold == nil }.count
        let needsConsent = affected > unquestioned && affected * 2 > previews.count
        guard needsConsent, !situation.facts.areDeletionsApproved else {
            return gone.map { record in
                EnvironmentWish(
                    environment: record.id, kind: .preview, ref: record.ref, intent: .delete,
                    reason: "\(record.ref?.inWords ?? "its branch") is gone from the repository")
            }
        }
        let gate = Gate(
            kind: .confirmation,
            blocker: "the branches of \(affected) of \(previews.count) previews vanished at once, this one's too",
            remedy: "`slipway approve \(situation.project) deletions` removes these previews")
        return gone.map { .waiting($0.id, kind: .preview, ref: $0.ref, commit: nil, gates: [gate]) }
    }
}
