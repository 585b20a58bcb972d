/// One attempt to make an environment run a release with a configuration.
package struct Deployment: Sendable, Hashable, Codable {
    /// Its number, unique in the daemon and growing.
    package var number: Int64
    /// Where.
    package var environment: EnvironmentID
    /// The environment's kind at that time.
    package var kind: EnvironmentKind
    /// The commit that asked for it.
    package var commit: ObjectID
    /// The ref that asked for it.
    package var ref: RefName?
    /// Why, in words: "branch main moved to 1a2b3c4".
    package var cause: String
    /// How far it is.
    package var state: DeploymentState
    /// The release, once its images are known.
    package var release: Digest?
    /// The configuration digest, once it is known.
    package var configuration: Digest?
    /// Whether images had to be built for it.
    package var built: Bool
    /// When it was asked for.
    package var queuedAt: Timestamp
    /// When it became live.
    package var liveAt: Timestamp?
    /// When it came to its end, good or bad.
    package var endedAt: Timestamp?
    /// Why it failed.
    package var failure: FailureRecord?
    /// What was done, in order.
    package var steps: [StepRecord]

    /// A deployment that was just asked for.
    package init(
        number: Int64, environment: EnvironmentID, kind: EnvironmentKind, commit: ObjectID, ref: RefName?,
        cause: String,
        queuedAt: Timestamp
    ) {
        self.number = number
        self.environment = environment
        self.kind = kind
        self.commit = commit
        self.ref = ref
        self.cause = cause
        self.queuedAt = queuedAt
        state = .queued
        built = false
        steps = []
    }
}

/// How far a deployment is: `queued → building → preparing → starting → switching → live`, then one of the ends.
package enum DeploymentState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for its turn.
    case queued
    /// Its images are being built.
    case building
    /// Network, ports and addresses are being made.
    case preparing
    /// Its containers start and become healthy.
    case starting
    /// The route moves.
    case switching
    /// It is what the environment runs.
    case live
    /// It was live, and a later one is now.
    case replaced
    /// It could not become live.
    case failed
    /// A newer commit came before it was live.
    case superseded
    /// A person stopped it, or its environment was deleted.
    case cancelled

    /// Whether nothing more happens to it but being replaced.
    package var isFinal: Bool {
        switch self {
        case .queued, .building, .preparing, .starting, .switching: false
        case .live, .replaced, .failed, .superseded, .cancelled: true
        }
    }
}

/// One thing a deployment did.
package struct StepRecord: Sendable, Hashable, Codable {
    /// What, in words: "build web", "start slipway--shop--staging--web--1a2b3c4d5e6f--1".
    package var name: String
    /// When it began.
    package var startedAt: Timestamp
    /// When it ended; nil while it runs.
    package var endedAt: Timestamp?
    /// What came of it, in words; nil while it runs.
    package var outcome: String?

    /// A step as given.
    package init(name: String, startedAt: Timestamp, endedAt: Timestamp? = nil, outcome: String? = nil) {
        self.name = name
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
    }
}

/// A failure as it is remembered and shown.
package struct FailureRecord: Sendable, Hashable, Codable {
    /// What kind of thing went wrong.
    package var reason: StageFailure.Reason
    /// What went wrong, in the user's terms.
    package var message: String
    /// What to do about it.
    package var hint: String?
    /// The last lines of output that show the cause.
    package var output: [String]

    /// What is remembered of a failure.
    package init(_ failure: StageFailure) {
        reason = failure.reason
        message = failure.message
        hint = failure.hint
        output = failure.output
    }
}

/// What is remembered of a build.
package struct BuildRecord: Sendable, Hashable, Codable {
    /// Its number, unique in the daemon and growing.
    package var number: Int64
    /// The project it was first made for.
    package var project: ProjectName
    /// The service it was first made for.
    package var service: String
    /// What is built; same key, same image.
    package var key: Digest
    /// The commit it was first made for.
    package var commit: ObjectID
    /// The image, once it exists.
    package var image: ImageID?
    /// When it began.
    package var startedAt: Timestamp
    /// When it ended; nil while it runs.
    package var endedAt: Timestamp?
    /// Why it failed.
    package var failure: FailureRecord?

    /// A build that begins.
    package init(
        number: Int64, project: ProjectName, service: String, key: Digest, commit: ObjectID, startedAt: Timestamp
    ) {
        self.number = number
        self.project = project
        self.service = service
        self.key = key
        self.commit = commit
        self.startedAt = startedAt
    }
}
