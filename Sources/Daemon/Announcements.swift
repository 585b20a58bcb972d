import Model
import Store

/// What deliveries of one project announced and Git does not show yet: pure.
///
/// A host's webhooks may be ahead of its Git servers. All that follows is that Git is looked at again soon, for five
/// minutes; what it shows is acted on meanwhile, and is taken in the end. Bounded: whoever has stolen a secret can
/// announce what never comes.
struct Announcements: Sendable {
    /// One delivery that announces an object.
    struct Announcement: Sendable, Hashable {
        /// The delivery's place in the order of deliveries.
        let sequence: Int64
        /// The ref that was pushed to.
        let ref: RefName
        /// What it points at now, by the delivery: a commit, or a tag object.
        let object: ObjectID
        /// What it pointed at before, by the delivery; nil where that is not told, or the ref is new.
        let before: ObjectID?
        /// When the delivery came.
        let receivedAt: Timestamp
    }

    private struct Entry: Sendable {
        let announcement: Announcement
        /// What Git showed last when the delivery came.
        let shownThen: ObjectID?
        let takenAt: ContinuousClock.Instant
        let until: ContinuousClock.Instant
        var looks = 0
    }

    /// What a look at Git led to.
    struct Outcome: Sendable, Hashable {
        /// They are shown, or Git has moved on: deliveries of which nothing more is to come.
        var settled: [Int64] = []
        /// They did not appear in time.
        var givenUp: [Announcement] = []
        /// They are not shown at the second look.
        var late: [Announcement] = []
    }

    /// How long an announced object is waited for.
    static let patience = Duration.seconds(300)
    /// How many announcements are waited for at once; the newest ones.
    static let limit = 16
    /// How many objects are remembered that refs have left.
    private static let memory = 64

    private var entries: [Entry] = []
    /// What refs pointed at before they moved, the newest last.
    private var passed: [(ref: RefName, object: ObjectID)] = []

    /// The announcements that are waited for after a look at Git, oldest first.
    var waiting: [Announcement] { entries.filter { $0.looks > 0 }.map(\.announcement) }

    /// The deliveries that stay open.
    var open: [Int64] { entries.map(\.announcement.sequence) }

    /// Takes an announcement.
    ///
    /// - Parameters:
    ///   - shown: what Git showed last of its ref.
    ///   - age: how long ago it came, where that was before the daemon was started.
    mutating func take(
        _ announcement: Announcement, shown: ObjectID?, age: Duration = .zero, now: ContinuousClock.Instant
    ) {
        let left = Self.patience - max(.zero, min(age, Self.patience))
        entries.append(Entry(announcement: announcement, shownThen: shown, takenAt: now, until: now + left))
        entries.removeFirst(max(0, entries.count - Self.limit))
    }

    /// Notes that a ref does not point at an object any more.
    mutating func left(_ object: ObjectID, _ ref: RefName) {
        passed.append((ref, object))
        passed.removeFirst(max(0, passed.count - Self.memory))
    }

    /// A later delivery says that the ref is gone, or says nothing of where it points: whatever it is, it counts.
    mutating func forget(_ ref: RefName, before sequence: Int64) {
        entries.removeAll { $0.announcement.ref == ref && $0.announcement.sequence < sequence }
    }

    /// Takes a complete listing.
    mutating func look(at listing: RefListing, now: ContinuousClock.Instant) -> Outcome {
        var outcome = Outcome()
        guard !entries.isEmpty else { return outcome }
        let wanted = Set(entries.map(\.announcement.ref))
        let shown = Dictionary(
            listing.refs.filter { wanted.contains($0.name) }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        // All are judged by the same ones: they tell of each other what is older.
        let all = entries
        entries = []
        for var entry in all {
            let announcement = entry.announcement
            guard isLate(entry, shown[announcement.ref], beside: all) else {
                outcome.settled.append(announcement.sequence)
                continue
            }
            guard entry.until > now else {
                outcome.givenUp.append(announcement)
                continue
            }
            entry.looks += 1
            if entry.looks == 2 { outcome.late.append(announcement) }
            entries.append(entry)
        }
        return outcome
    }

    /// When Git should be looked at again: soon at first, less and less often, and at the end.
    func nextLook(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        entries.map { entry in
            let pause = max(.seconds(1), min(.seconds(60), (now - entry.takenAt) / 2))
            return min(now + pause, max(entry.until, now + .seconds(1)))
        }.min()
    }

    /// Whether Git still shows what was there before the push.
    private func isLate(_ entry: Entry, _ shown: ListedRef?, beside all: [Entry]) -> Bool {
        let wanted = entry.announcement
        guard let shown else { return !hasLeft(wanted.object, wanted.ref) }
        if shown.target == wanted.object || shown.commit == wanted.object { return false }
        guard let before = wanted.before else {
            return entry.shownThen == shown.target && !hasLeft(wanted.object, wanted.ref)
        }
        let steps = all.filter { $0.announcement.ref == wanted.ref }.map(\.announcement)
        let isBehind =
            shown.target == before || shown.commit == before
            || Self.leads(from: shown.target, to: wanted.object, by: steps)
        return isBehind
            && !Self.leads(from: wanted.object, to: shown.target, by: steps)
    }

    private func hasLeft(_ object: ObjectID, _ ref: RefName) -> Bool {
        passed.contains { $0.ref == ref && $0.object == object }
    }

    /// Whether one push after the other leads from an object to another.
    private static func leads(from: ObjectID, to: ObjectID, by steps: [Announcement]) -> Bool {
        var reached: Set<ObjectID> = [from]
        for _ in steps {
            reached.formUnion(steps.filter { $0.before.map(reached.contains) ?? false }.map(\.object))
        }
        return from != to && reached.contains(to)
    }
}

/// The deliveries that came since the last look at Git: for those who cannot wait.
struct DeliveryInbox: Sendable {
    /// The newest of them; at the start there may be any from before it.
    private(set) var newest: Int64? = .max
    /// What they announce.
    private(set) var announcements: [Announcements.Announcement] = []
    /// The refs of those that announce nothing, with their places.
    private(set) var endings: [(ref: RefName, sequence: Int64)] = []
    /// Those of which nobody knows yet whether they are on disk, or where in the order: the newest ones.
    private(set) var doubtful: [NewDelivery] = []

    /// Nobody knows whether a delivery is on disk, or it is there already and nobody knows its place.
    mutating func doubt(_ delivery: NewDelivery) {
        guard !doubtful.contains(where: { $0.isSame(as: delivery) }) else { return }
        doubtful.append(delivery)
        doubtful.removeFirst(max(0, doubtful.count - Announcements.limit))
    }

    /// Takes out those that are in doubt.
    mutating func takeDoubtful() -> [NewDelivery] {
        defer { doubtful = [] }
        return doubtful
    }

    /// A delivery is on disk.
    mutating func take(_ sequence: Int64, _ announcement: Announcements.Announcement?, of ref: RefName?) {
        newest = max(sequence, newest ?? 0)
        if announcement == nil, let ref {
            endings.append((ref, sequence))
            endings.removeFirst(max(0, endings.count - Announcements.limit))
        }
        guard let announcement else { return }
        announcements.append(announcement)
        announcements.removeFirst(max(0, announcements.count - Announcements.limit))
    }

    /// Takes out what came.
    mutating func empty() -> DeliveryInbox {
        defer { (newest, announcements, endings) = (nil, [], []) }
        return self
    }
}

extension NewDelivery {
    /// Whether it is the same delivery, sent once more.
    fileprivate func isSame(as other: Self) -> Bool {
        project == other.project && host == other.host && deliveryID == other.deliveryID
    }
}
