package import Model
package import Promoter
package import Watcher

/// The pure decisions of the daemon's loops, by name: a simulation proves its worth by putting wrong ones in their place.
package struct Decisions: Sendable {
    /// What follows from a listing: what is known of the refs now, and what changed.
    package var folding:
        @Sendable (
            _ listing: RefListing, _ known: [KnownRef], _ isFirst: Bool, _ nextSequence: Int64, _ now: Timestamp
        ) -> RefUpdate
    /// Which environment should run what.
    package var wishes: @Sendable (_ facts: ProjectFacts) -> Promotion.Decision
    /// What one environment does next.
    package var next: @Sendable (_ machine: EnvironmentMachine, _ now: Timestamp) -> EnvironmentMachine.Action
    /// The commit that work at hand should be for; nil: none.
    package var target: @Sendable (_ machine: EnvironmentMachine) -> ObjectID?
    /// The releases whose images stay.
    package var keptReleases: @Sendable (_ records: [EnvironmentRecord]) -> Set<Digest>
    /// How much of the time between two looks previews were left alone for.
    package var leftAlone: @Sendable (_ elapsed: Duration, _ pause: Duration) -> Duration

    /// What the stages themselves say.
    package static let standard = Self(
        folding: {
            RefChanges.folding($0, into: $1, isFirst: $2, nextSequence: $3, at: $4)
        },
        wishes: { Promotion.wishes(for: $0, hashing: sha256) }, next: { $0.next(at: $1) }, target: { $0.target },
        keptReleases: { Retention.keptReleases($0) }, leftAlone: { PreviewExpiry.counted($0, pause: $1) })
}
