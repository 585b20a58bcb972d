package import Model

/// Decides which environment should run which commit, and why: a pure function of what is known.
///
/// It never acts, remembers nothing and reads no clock, so the same facts always give the same wishes.
package enum Promotion {
    /// What follows from the facts of one project.
    package struct Decision: Sendable, Hashable {
        /// One wish for every environment that exists or should: production, staging, development, previews by name.
        package let wishes: [EnvironmentWish]
        /// The commits whose candidate must be known to carry the wishes out, or to decide more; in order.
        package let neededCommits: [ObjectID]
        /// The same of forks, which are read as a fork's; in order.
        package let neededForkCommits: [ObjectID]
        /// The refs that must be fetched for that; in order.
        package let wantedRefs: [RefName]

        /// A decision as given.
        package init(
            wishes: [EnvironmentWish], neededCommits: [ObjectID], neededForkCommits: [ObjectID] = [],
            wantedRefs: [RefName]
        ) {
            self.wishes = wishes
            self.neededCommits = neededCommits
            self.neededForkCommits = neededForkCommits
            self.wantedRefs = wantedRefs
        }
    }

    /// The wishes for one project.
    package static func wishes(for facts: ProjectFacts, hashing: @escaping Hashing) -> Decision {
        let situation = Situation(facts: facts, hashing: hashing)
        let found: [EnvironmentWish]
        switch PolicyChoice(facts.policy, of: situation) {
        case .usable(let policies, let note):
            found = wishes(by: policies, in: situation).map { $0.adding(note: note) }
        case .blocked(let gate):
            found = WithoutPolicy.wishes(blockedBy: gate, in: situation)
        }
        let all = Leftovers.adding(to: found, in: situation)
            .map { DoubtRule.applied(to: $0, in: situation) }
            .map { HoldRule.applied(to: $0, record: situation.record($0.environment.name)) }
            .sorted(by: Self.isShownBefore)
        let needs = Needs(of: all, in: situation)
        return Decision(
            wishes: all, neededCommits: needs.commits, neededForkCommits: needs.forkCommits, wantedRefs: needs.refs)
    }

    private static func wishes(by policies: EnvironmentPolicies, in situation: Situation) -> [EnvironmentWish] {
        let production = ProductionChoice(policy: policies.production, in: situation)
        let awaited = production.awaited
        let staging = BranchChoice.wish(
            for: .staging, kind: .staging, policy: policies.staging, awaited: awaited, in: situation)
        let development = BranchChoice.wish(
            for: .development, kind: .development, policy: policies.development, awaited: awaited, in: situation)
        let earlier = [staging, development].compactMap { $0 }
        return earlier + [production.wish(earlier: earlier)].compactMap { $0 }
            + PreviewChoice.wishes(by: policies, in: situation)
    }

    private static func isShownBefore(_ left: EnvironmentWish, _ right: EnvironmentWish) -> Bool {
        (left.kind.place, left.environment.name) < (right.kind.place, right.environment.name)
    }
}

extension EnvironmentKind {
    /// Where environments of this kind stand in a listing.
    fileprivate var place: Int {
        switch self {
        case .production: 0
        case .staging: 1
        case .development: 2
        case .preview: 3
        }
    }
}
