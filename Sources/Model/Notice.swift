/// What somebody is told about the end of one deployment.
package struct Notice: Sendable, Hashable, Codable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is to be sent, for the first time or again.
        case pending
        /// The receiver took it.
        case delivered
        /// The receiver refuses it, or did not answer often enough.
        case failed
        /// It was never sent: too many newer ones waited, or nobody is configured to receive it any more.
        case dropped
    }

    /// How a deployment ended.
    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// It became live.
        case live
        /// It could not.
        case failed
        /// A newer commit came before it was live.
        case superseded
        /// A person stopped it, or its environment was deleted.
        case cancelled
    }

    /// Its number, unique in the daemon and growing.
    package var number: Int64
    /// What the receiver tells it apart by; the same however often it is sent.
    package var id: String
    /// Who is told, by the name in the configuration.
    package var subscriber: String
    /// Where.
    package var environment: EnvironmentID
    /// What the environment is for.
    package var kind: EnvironmentKind
    /// How the deployment ended.
    package var outcome: Outcome
    /// The deployment's number.
    package var deployment: Int64
    /// The ref that asked for it.
    package var ref: RefName?
    /// The commit that asked for it.
    package var commit: ObjectID
    /// The release, where it is known.
    package var release: Digest?
    /// When it ended.
    package var endedAt: Timestamp
    /// Why, in words.
    package var reason: String
    /// Where the environment is reached.
    package var url: String?
    /// How far the notice is.
    package var state = State.pending
    /// How often it was sent.
    package var attempts = 0
    /// When it was last sent.
    package var attemptedAt: Timestamp?
    /// When it is sent next; nil: not any more.
    package var dueAt: Timestamp?
    /// What came of the last attempt, in words.
    package var answer: String?

    /// A notice that is to be sent.
    package init(
        number: Int64 = 0, id: String, subscriber: String, environment: EnvironmentID, kind: EnvironmentKind,
        outcome: Outcome, deployment: Int64, ref: RefName?, commit: ObjectID, release: Digest?, endedAt: Timestamp,
        reason: String, url: String?, dueAt: Timestamp?
    ) {
        self.number = number
        self.id = id
        self.subscriber = subscriber
        self.environment = environment
        self.kind = kind
        self.outcome = outcome
        self.deployment = deployment
        self.ref = ref
        self.commit = commit
        self.release = release
        self.endedAt = endedAt
        self.reason = reason
        self.url = url
        self.dueAt = dueAt
    }
}
