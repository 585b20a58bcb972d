package import Model

/// One repository as a project's loop reads it: what is fetched, and what commits say.
package protocol CommitReading: Sendable {
    /// The refs whose commits are not here yet.
    func missing(_ refs: [KnownRef]) async -> [KnownRef]
    /// Fetches refs.
    func fetch(_ refs: [KnownRef]) async throws(StageFailure)
    /// Nothing is read for a while.
    func rest() async
    /// What the default branch's manifest says about environments.
    func policy(of ref: KnownRef?, lastGood: EnvironmentPolicies?) async -> ProjectFacts.PolicyFinding
    /// What the manifest of a commit says about environments; nil while it cannot be read.
    func policies(at commit: ObjectID) async -> EnvironmentPolicies?
    /// What a commit would run; nil while the commit is not here or cannot be read for a passing reason.
    ///
    /// - Parameter tier: whose code it is.
    func candidate(of commit: ObjectID, tier: BuildTier) async -> ProjectFacts.CandidateFinding?
}

extension RepositoryReading: CommitReading {}
