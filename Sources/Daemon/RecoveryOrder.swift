import Lifecycle
import Model

/// Whose turn it is when much has to be mended at once, as after a boot: pure.
///
/// Production comes first, then staging and development, then previews, the newest first and few at a time. A kind
/// waits for those before it only until they have been looked after once, and not for ever.
struct RecoveryQueue: Sendable, Hashable {
    /// What an environment has to say for itself.
    struct Claim: Sendable, Hashable {
        var id: EnvironmentID
        var kind: EnvironmentKind
        /// Since when its release is live.
        var liveSince: Timestamp
    }

    private struct Waiting: Sendable, Hashable {
        var claim: Claim
        var askedAt: ContinuousClock.Instant
    }

    /// What has not been looked after since the start.
    private var unfinished: [EnvironmentID: EnvironmentKind] = [:]
    private var waiting: [EnvironmentID: Waiting] = [:]
    private var active: [EnvironmentID: EnvironmentKind] = [:]
    /// Since when somebody waits for those before him.
    private var waitingSince: ContinuousClock.Instant?

    /// Whoever was refused asks again after this long.
    static let pause = Duration.milliseconds(500)
    /// Whoever has not asked again for so long does not want to any more.
    private static let memory = Duration.seconds(3)
    /// How long anybody waits for those before him.
    static let patience = Duration.seconds(120)

    /// An environment runs something, and will have to be looked after first.
    mutating func expect(_ id: EnvironmentID, _ kind: EnvironmentKind) { unfinished[id] = kind }

    /// Whether it may begin now; if not, ask again after ``pause``.
    mutating func mayBegin(_ claim: Claim, at now: ContinuousClock.Instant) -> Bool {
        if active[claim.id] != nil { return true }
        waiting = waiting.filter { now - $0.value.askedAt < Self.memory }
        waiting[claim.id] = Waiting(claim: claim, askedAt: now)
        let rank = Self.rank(claim.kind)
        if unfinished.values.contains(where: { Self.rank($0) < rank }) {
            let since = waitingSince ?? now
            waitingSince = since
            if now - since < Self.patience { return false }
        }
        guard active.values.count(where: { Self.rank($0) == rank }) < Self.width(rank) else { return false }
        let isFirst = !waiting.values.contains { Self.rank($0.claim.kind) == rank && Self.precedes($0.claim, claim) }
        guard isFirst else { return false }
        waiting[claim.id] = nil
        active[claim.id] = claim.kind
        return true
    }

    /// It has been looked after, or needs not to be any more.
    mutating func finished(_ id: EnvironmentID) {
        active[id] = nil
        waiting[id] = nil
        unfinished[id] = nil
        if unfinished.isEmpty { waitingSince = nil }
    }

    /// It could not be looked after.
    ///
    /// - Parameter isEngineAway: nobody could be: the waiting begins anew when the engine is back.
    mutating func failed(_ id: EnvironmentID, isEngineAway: Bool) {
        active[id] = nil
        if isEngineAway { waitingSince = nil } else { finished(id) }
    }

    private static func rank(_ kind: EnvironmentKind) -> Int {
        switch kind {
        case .production: 0
        case .staging, .development: 1
        case .preview: 2
        }
    }

    /// How many of a rank are looked after at once.
    private static func width(_ rank: Int) -> Int { rank == 2 ? 2 : 4 }

    private static func precedes(_ left: Claim, _ right: Claim) -> Bool {
        (right.liveSince, left.id) < (left.liveSince, right.id)
    }
}

/// The one ``RecoveryQueue`` of the daemon.
actor RecoveryOrder {
    private var queue = RecoveryQueue()

    func expect(_ id: EnvironmentID, _ kind: EnvironmentKind) { queue.expect(id, kind) }
    func mayBegin(_ claim: RecoveryQueue.Claim) -> Bool { queue.mayBegin(claim, at: SteadyClock.now) }
    func finished(_ id: EnvironmentID) { queue.finished(id) }
    func failed(_ id: EnvironmentID, isEngineAway: Bool) { queue.failed(id, isEngineAway: isEngineAway) }
}
