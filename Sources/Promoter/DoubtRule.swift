import Model

/// What is not done while the records were put back and nobody has confirmed them: nothing is deleted because Git no
/// longer speaks of it, and production runs what it runs.
enum DoubtRule {
    static func applied(to wish: EnvironmentWish, in situation: Situation) -> EnvironmentWish {
        guard let doubt = situation.facts.doubt, let withheld = withheld(wish) else { return wish }
        let gate = Gate(
            kind: .confirmation, blocker: "the records were put back (\(doubt)) and may be older than what runs",
            remedy: "`slipway approve \(situation.project) restore` once 'slipway status' shows what should run")
        return EnvironmentWish(
            environment: wish.environment, kind: wish.kind, ref: wish.ref,
            intent: .wait(commit: wish.commit, gates: [gate]), reason: "\(withheld) waits for a person: \(gate.blocker)"
        )
    }

    /// What would be done, where it is not to be done now.
    private static func withheld(_ wish: EnvironmentWish) -> String? {
        switch wish.intent {
        case .delete: "removing it"
        case .run where wish.kind == .production, .promote where wish.kind == .production: "promoting"
        case .run, .promote, .wait, .held, .orphaned: nil
        }
    }
}
