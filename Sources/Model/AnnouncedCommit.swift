/// What a delivery announced and Git does not show yet.
package struct AnnouncedCommit: Sendable, Hashable, Codable {
    /// The ref that was pushed to.
    package var ref: RefName
    /// What it should point at: a commit, or a tag object.
    package var commit: ObjectID
    /// When the delivery came.
    package var since: Timestamp

    /// An announcement as given.
    package init(ref: RefName, commit: ObjectID, since: Timestamp) {
        self.ref = ref
        self.commit = commit
        self.since = since
    }
}
