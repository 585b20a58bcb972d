/// How one environment does with one commit, as a Git host shows it beside the commit.
package struct CommitStatus: Sendable, Hashable, Codable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It waits for something: its turn, a gate.
        case pending
        /// Its deployment is under way.
        case running
        /// It is live.
        case success
        /// It could not become live.
        case failure
        /// It was given up: a newer commit came, or a person stopped it.
        case cancelled

        /// Whether nothing more happens to it.
        package var isFinal: Bool {
            switch self {
            case .pending, .running: false
            case .success, .failure, .cancelled: true
            }
        }
    }

    /// The commit.
    package var commit: ObjectID
    /// What the status is called, the same for every commit: `slipway/staging`.
    package var context: String
    /// How far it is.
    package var state: State
    /// One sentence, the reason first.
    package var summary: String
    /// Where the environment is reached.
    package var url: String?

    /// A status as given.
    package init(commit: ObjectID, context: String, state: State, summary: String, url: String?) {
        self.commit = commit
        self.context = context
        self.state = state
        self.summary = summary
        self.url = url
    }
}

extension CommitStatus {
    /// What a host tells statuses apart by.
    package struct Key: Sendable, Hashable {
        /// The commit.
        package let commit: ObjectID
        /// The context.
        package let context: String
    }

    /// What a host tells it apart from others by.
    package var key: Key { Key(commit: commit, context: context) }
}

/// What a Git host was told about one commit in one environment.
package struct ToldStatus: Sendable, Hashable {
    /// The status as it was told.
    package var status: CommitStatus
    /// What the host's answer said is to be sent again: GitLab's pipeline.
    package var mark: String?

    /// A status as it was told.
    package init(status: CommitStatus, mark: String?) {
        self.status = status
        self.mark = mark
    }
}
