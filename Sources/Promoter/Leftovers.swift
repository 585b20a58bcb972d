import Model

/// Gives every environment that exists a wish, so that none is forgotten: what nothing speaks of is orphaned.
enum Leftovers {
    static func adding(to wishes: [EnvironmentWish], in situation: Situation) -> [EnvironmentWish] {
        let settled = Set(wishes.map(\.environment))
        let rest = situation.facts.environments.filter { !settled.contains($0.id) }
        return wishes
            + rest.map { record in
                .orphaned(record, reason: "nothing in Git or in \(Manifest.fileName) speaks of it any more")
            }
    }
}

extension EnvironmentWish {
    /// A wish to leave an environment running that Git no longer speaks of.
    static func orphaned(_ record: EnvironmentRecord, reason: String) -> Self {
        let command = "slipway env delete \(record.id.project) \(record.id.name)"
        return Self(
            environment: record.id, kind: record.kind, ref: record.ref, intent: .orphaned,
            reason: "\(reason); it keeps running until `\(command)`")
    }
}
