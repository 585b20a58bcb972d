package import Model

/// One thing that a complete listing changed.
package struct RefChange: Sendable, Hashable {
    /// The ref.
    package let ref: RefName
    /// What happened to it.
    package let kind: Kind

    /// What can happen to a ref.
    package enum Kind: Sendable, Hashable {
        /// It is new.
        case created
        /// The branch points at something else.
        case moved(from: ObjectID)
        /// The tag points elsewhere than when it was first seen; what was seen first stays pinned.
        case tagMoved(to: ObjectID)
        /// The tag points again at what was seen first.
        case tagRestored
        /// It was missing for the first time: perhaps gone.
        case vanished
        /// It was missing for the second time in a row: gone.
        case gone
        /// It is back where it was.
        case reappeared
    }

    /// A change as given.
    package init(ref: RefName, kind: Kind) {
        self.ref = ref
        self.kind = kind
    }
}

/// What is known of a project's refs after a complete listing.
package struct RefUpdate: Sendable, Hashable {
    /// Every ref that is remembered, sorted by name.
    package var known: [KnownRef]
    /// What is different from before, sorted by name; empty: nothing needs to be stored.
    package var changes: [RefChange]
    /// The sequence number of the next move.
    package var nextSequence: Int64

    /// An update as given.
    package init(known: [KnownRef], changes: [RefChange], nextSequence: Int64) {
        self.known = known
        self.changes = changes
        self.nextSequence = nextSequence
    }
}

/// What a complete listing changes in what is known. Pure: the whole rule of remembering refs is here.
package struct RefChanges {
    private let known: [RefName: KnownRef]
    private let isFirst: Bool
    private let now: Timestamp
    private var nextSequence: Int64
    private var result: [KnownRef] = []
    private var changes: [RefChange] = []

    /// Folds a complete listing into what is known.
    ///
    /// - Parameter isFirst: the project was just added: what is there is its baseline.
    package static func folding(
        _ listing: RefListing, into known: [KnownRef], isFirst: Bool, nextSequence: Int64, at now: Timestamp
    ) -> RefUpdate {
        var folding = RefChanges(
            known: Dictionary(known.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }),
            isFirst: isFirst, now: now, nextSequence: nextSequence)
        // Only branches, tags and heads of pull requests are remembered; of a name said twice, the first.
        let listed = Dictionary(
            listing.refs.filter { $0.name.isBranch || $0.name.isTag || $0.name.pullRequest != nil }.map {
                ($0.name, $0)
            },
            uniquingKeysWith: { first, _ in first })
        for ref in listing.refs where listed[ref.name] == ref && !folding.has(ref.name) { folding.fold(ref) }
        for ref in known where listed[ref.name] == nil { folding.miss(ref) }
        return RefUpdate(
            known: folding.result.sorted { $0.name < $1.name },
            changes: folding.changes.sorted { $0.ref < $1.ref },
            nextSequence: folding.nextSequence)
    }

    private init(known: [RefName: KnownRef], isFirst: Bool, now: Timestamp, nextSequence: Int64) {
        self.known = known
        self.isFirst = isFirst
        self.now = now
        self.nextSequence = nextSequence
    }

    private var seen: Set<RefName> = []

    private mutating func has(_ name: RefName) -> Bool { !seen.insert(name).inserted }

    private mutating func fold(_ listed: ListedRef) {
        guard var ref = known[listed.name] else {
            result.append(
                KnownRef(
                    name: listed.name, target: listed.target, commit: listed.commit, isBaseline: isFirst,
                    firstSeen: now, movedAt: now, sequence: takeSequence()))
            return note(listed.name, .created)
        }
        let (wasAbsent, wasGone) = (ref.absences > 0, ref.isGone)
        ref.absences = 0
        if ref.name.isTag {
            foldTag(&ref, listed, wasAbsent: wasAbsent)
        } else if ref.target != listed.target || wasGone {
            // A branch that was gone and comes back is a new one, even where it was.
            let from = ref.target
            ref.target = listed.target
            ref.commit = listed.commit
            ref.isBaseline = false
            ref.movedAt = now
            ref.sequence = takeSequence()
            note(ref.name, from == listed.target ? .reappeared : .moved(from: from))
        } else if wasAbsent {
            note(ref.name, .reappeared)
        }
        result.append(ref)
    }

    /// A tag stays what it was when it was first seen, whatever becomes of it at the remote.
    private mutating func foldTag(_ ref: inout KnownRef, _ listed: ListedRef, wasAbsent: Bool) {
        let movedTo = listed.target == ref.target ? nil : listed.target
        if movedTo != ref.movedTo {
            ref.movedTo = movedTo
            note(ref.name, movedTo.map { .tagMoved(to: $0) } ?? .tagRestored)
        } else if wasAbsent {
            note(ref.name, .reappeared)
        }
    }

    private mutating func miss(_ known: KnownRef) {
        var ref = known
        if !ref.isGone {
            ref.absences += 1
            note(ref.name, ref.isGone ? .gone : .vanished)
        }
        result.append(ref)
    }

    private mutating func note(_ ref: RefName, _ kind: RefChange.Kind) {
        changes.append(RefChange(ref: ref, kind: kind))
    }

    private mutating func takeSequence() -> Int64 {
        defer { nextSequence += 1 }
        return nextSequence
    }
}
