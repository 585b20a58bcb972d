/// What becomes of pull requests that come from other repositories.
package enum ForkPolicy: String, Sendable, Hashable, Codable, CaseIterable {
    /// They get nothing.
    case never
    /// A preview, once a person with write access has allowed the very commit.
    case ask
}

/// A person's word that one commit of a fork may be built and run.
package struct ForkAllowance: Sendable, Hashable, Codable {
    /// The commit; any other needs a word of its own.
    package var commit: ObjectID
    /// Who gave it: an account of the Git host, or `the command line`.
    package var by: String
    /// When.
    package var at: Timestamp

    /// An allowance as given.
    package init(commit: ObjectID, by: String, at: Timestamp) {
        self.commit = commit
        self.by = by
        self.at = at
    }
}

/// Whose code is built: it decides what the build may reach, and keeps what it makes apart.
package enum BuildTier: Sendable, Hashable {
    /// The repository's own: whoever wrote it may push there.
    case repository
    /// A fork's, which a person has allowed. It shares no image and no cache with the other.
    case fork(hasNetwork: Bool)

    /// Whether it is code of a fork.
    package var isFork: Bool { self != .repository }
}
