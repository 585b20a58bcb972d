import Model

/// The wishes while no policy can be read: everything stays as it is; only previews of gone branches go.
enum WithoutPolicy {
    static func wishes(blockedBy gate: Gate, in situation: Situation) -> [EnvironmentWish] {
        let gone = DeletionGuard.wishes(in: situation)
        let settled = Set(gone.map(\.environment))
        var waiting = situation.facts.environments.filter { !settled.contains($0.id) }.map { record in
            EnvironmentWish.waiting(record.id, kind: record.kind, ref: record.ref, commit: nil, gates: [gate])
        }
        if situation.record(.staging) == nil {
            let commit = situation.facts.defaultBranch.flatMap { situation.present($0)?.commit }
            waiting.append(
                .waiting(
                    situation.id(.staging), kind: .staging, ref: situation.facts.defaultBranch, commit: commit,
                    gates: [gate]))
        }
        return gone + waiting
    }
}
