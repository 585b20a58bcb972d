import Deployer

/// The newest observation of an environment's containers: pure.
///
/// Looks are taken side by side, and may arrive in another order than they began: what an older one saw is no news.
struct LatestLook: Sendable {
    /// What was seen; nil until there is one.
    private(set) var observed: ObservedEnvironment?
    /// When the look that saw it began.
    private(set) var lookedAt: ContinuousClock.Instant

    /// What a look added to what was known.
    enum Finding: Sendable, Hashable {
        /// It began before the one that is known.
        case outdated
        /// It is the first: what it saw may differ from what was there when somebody last looked for himself.
        case first
        /// It saw what was seen before.
        case same
        /// Something is different; the containers that have another name now, by what they were called.
        case different(renamed: [String: String])
    }

    /// Nothing has been seen yet.
    init(at now: ContinuousClock.Instant) { lookedAt = now }

    /// Takes what a look saw that began at that moment.
    mutating func take(_ environment: ObservedEnvironment, lookedAt moment: ContinuousClock.Instant) -> Finding {
        guard moment >= lookedAt else { return .outdated }
        let before = observed
        observed = environment
        lookedAt = moment
        guard let before else { return .first }
        guard before != environment else { return .same }
        let names = Dictionary(before.containers.map { ($0.id, $0.name) }) { first, _ in first }
        var renamed: [String: String] = [:]
        for container in environment.containers {
            if let old = names[container.id], old != container.name { renamed[old] = container.name }
        }
        return .different(renamed: renamed)
    }
}
