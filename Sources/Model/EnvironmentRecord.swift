/// What is remembered of one environment.
package struct EnvironmentRecord: Sendable, Hashable, Codable {
    /// Which.
    package let id: EnvironmentID
    /// What it is for.
    package var kind: EnvironmentKind
    /// The ref it follows; for production, the tag that runs.
    package var ref: RefName?
    /// What it runs.
    package var live: LiveRelease?
    /// The commits that ran healthily here, newest last; bounded.
    package var healthy: [HealthyCommit]
    /// The commit a deployment is under way for.
    package var inProgress: ObjectID?
    /// The last commit whose deployment failed for good; not tried again by itself.
    package var failed: FailedCommit?
    /// A person's pin.
    package var hold: Hold?
    /// The release a hold pins it to, where that is not what runs yet: a rollback.
    package var pinned: Digest?
    /// A person switched it off; nil: nobody did.
    package var stopped: Stop?
    /// What a person asked for here; counts until the ref moves.
    package var requested: ProjectFacts.Request?
    /// For a preview: how long nothing was pushed to it.
    package var lease: Lease?
    /// When it was first made.
    package var createdAt: Timestamp

    /// An environment that was just made.
    package init(id: EnvironmentID, kind: EnvironmentKind, ref: RefName?, createdAt: Timestamp) {
        self.id = id
        self.kind = kind
        self.ref = ref
        self.createdAt = createdAt
        healthy = []
    }

    /// What an environment runs.
    package struct LiveRelease: Sendable, Hashable, Codable {
        /// The release.
        package var release: Digest
        /// What identifies the release before its images exist.
        package var content: Digest
        /// The configuration digest it runs with.
        package var configuration: Digest
        /// The newest commit that yields it here.
        package var commit: ObjectID
        /// Since when.
        package var since: Timestamp
        /// The deployment that made it live.
        package var deployment: Int64

        /// A live release as given.
        package init(
            release: Digest, content: Digest, configuration: Digest, commit: ObjectID, since: Timestamp,
            deployment: Int64
        ) {
            self.release = release
            self.content = content
            self.configuration = configuration
            self.commit = commit
            self.since = since
            self.deployment = deployment
        }
    }

    /// That a person switched an environment off.
    package struct Stop: Sendable, Hashable, Codable {
        /// Who: an account of the Git host, or `a person`.
        package var by: String
        /// Since when.
        package var since: Timestamp

        /// A stop as given.
        package init(by: String, since: Timestamp) {
            self.by = by
            self.since = since
        }
    }

    /// A commit that ran healthily in an environment.
    package struct HealthyCommit: Sendable, Hashable, Codable {
        /// The commit.
        package var commit: ObjectID
        /// Its content.
        package var content: Digest
        /// The release it ran as.
        package var release: Digest
        /// Since when it was healthy.
        package var at: Timestamp

        /// A commit as given.
        package init(commit: ObjectID, content: Digest, release: Digest, at: Timestamp) {
            self.commit = commit
            self.content = content
            self.release = release
            self.at = at
        }
    }

    /// A commit whose deployment failed.
    package struct FailedCommit: Sendable, Hashable, Codable {
        /// The commit.
        package var commit: ObjectID
        /// Why.
        package var failure: FailureRecord
        /// When.
        package var at: Timestamp
        /// How often in a row, for the back-off.
        package var attempts: Int
        /// Whether it is tried again by itself, and from when on.
        package var retryAt: Timestamp?

        /// A failure as given.
        package init(commit: ObjectID, failure: FailureRecord, at: Timestamp, attempts: Int, retryAt: Timestamp?) {
            self.commit = commit
            self.failure = failure
            self.at = at
            self.attempts = attempts
            self.retryAt = retryAt
        }
    }
}

/// A pin on an environment: automation leaves it alone until the hold is lifted.
package struct Hold: Sendable, Hashable, Codable {
    /// Why there is a hold.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// A person froze the environment.
        case frozen
        /// A person rolled the environment back.
        case rolledBack
        /// The daemon found it running something else than Git says, without a memory of why.
        case adopted
    }
    /// Why there is a hold.
    package var kind: Kind
    /// The reason a person gave, or a sentence saying what was found.
    package var reason: String
    /// Since when.
    package var since: Timestamp

    /// A hold as given.
    package init(kind: Kind, reason: String, since: Timestamp) {
        self.kind = kind
        self.reason = reason
        self.since = since
    }
}
