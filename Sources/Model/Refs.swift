/// One line of a remote's ref listing.
package struct ListedRef: Sendable, Hashable, Codable {
    /// The ref.
    package let name: RefName
    /// What the ref points at: a commit, or a tag object.
    package let target: ObjectID
    /// What an annotated tag finally names, where the remote says so.
    package let peeled: ObjectID?

    /// A line as given.
    package init(name: RefName, target: ObjectID, peeled: ObjectID? = nil) {
        self.name = name
        self.target = target
        self.peeled = peeled
    }

    /// The commit that is meant.
    package var commit: ObjectID { peeled ?? target }
}

/// A complete listing of a remote. A listing that failed has no value: unknown is not empty.
package struct RefListing: Sendable, Hashable, Codable {
    /// The ref that HEAD names; nil when it is detached, dangling or not said.
    package let head: RefName?
    /// Every ref, in the remote's order.
    package let refs: [ListedRef]

    /// A listing as given.
    package init(head: RefName?, refs: [ListedRef]) {
        self.head = head
        self.refs = refs
    }
}

/// What is remembered of one ref of one project.
package struct KnownRef: Sendable, Hashable, Codable {
    /// The ref.
    package let name: RefName
    /// What it points at: a commit, or a tag object. For a tag, what was seen first.
    package var target: ObjectID
    /// The commit that is meant.
    package var commit: ObjectID
    /// Whether it was there when the project was added and has not moved since.
    package var isBaseline: Bool
    /// When it was first seen.
    package var firstSeen: Timestamp
    /// When it last moved, or was first seen.
    package var movedAt: Timestamp
    /// Grows with every observed move in the project, so that the newest ref is known without clocks.
    package var sequence: Int64
    /// In how many complete listings in a row it was missing.
    package var absences: Int
    /// For a tag that moved after it was first seen: where it points now.
    package var movedTo: ObjectID?

    /// A ref as given.
    package init(
        name: RefName, target: ObjectID, commit: ObjectID, isBaseline: Bool, firstSeen: Timestamp,
        movedAt: Timestamp, sequence: Int64, absences: Int = 0, movedTo: ObjectID? = nil
    ) {
        self.name = name
        self.target = target
        self.commit = commit
        self.isBaseline = isBaseline
        self.firstSeen = firstSeen
        self.movedAt = movedAt
        self.sequence = sequence
        self.absences = absences
        self.movedTo = movedTo
    }

    /// Whether the ref is taken for gone: absent from two complete listings in a row.
    package var isGone: Bool { absences >= 2 }
}
