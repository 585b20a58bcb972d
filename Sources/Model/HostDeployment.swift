/// What one environment ran, runs or is about to run, as a Git host with deployments shows it.
package struct HostDeployment: Sendable, Hashable, Codable {
    /// How far it is.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// It waits for its turn.
        case queued
        /// It is under way.
        case running
        /// It is what the environment runs.
        case success
        /// It could not become live; what ran before keeps running.
        case failure
        /// It was given up before it was live.
        case cancelled
        /// It was live, and another commit is now.
        case replaced
        /// Its environment is gone.
        case gone

        /// Whether the same commit would be shown as a new deployment.
        package var isOver: Bool {
            switch self {
            case .queued, .running, .success, .failure: false
            case .cancelled, .replaced, .gone: true
            }
        }

        /// Whether it must not stay as it is for ever.
        package var isOpen: Bool { self == .queued || self == .running }
    }

    /// Where.
    package var environment: EnvironmentID
    /// What the environment is for.
    package var kind: EnvironmentKind
    /// The commit.
    package var commit: ObjectID
    /// The ref that the environment follows.
    package var ref: RefName?
    /// How far it is.
    package var state: State
    /// One sentence, the reason first.
    package var summary: String
    /// Where the environment is reached.
    package var url: String?

    /// A deployment as given.
    package init(
        environment: EnvironmentID, kind: EnvironmentKind, commit: ObjectID, ref: RefName?, state: State,
        summary: String, url: String?
    ) {
        self.environment = environment
        self.kind = kind
        self.commit = commit
        self.ref = ref
        self.state = state
        self.summary = summary
        self.url = url
    }
}

extension HostDeployment {
    /// What deployments are told apart by.
    package struct Key: Sendable, Hashable {
        /// Where.
        package let environment: EnvironmentName
        /// The commit.
        package let commit: ObjectID
    }

    /// What it is told apart from others by.
    package var key: Key { Key(environment: environment.name, commit: commit) }

    /// The same with another state, and why.
    package func ended(_ state: State, _ summary: String) -> Self {
        var ended = self
        (ended.state, ended.summary, ended.url) = (state, summary, nil)
        return ended
    }
}

/// A deployment as a Git host was told of it.
package struct ToldDeployment: Sendable, Hashable {
    /// What it was told.
    package var deployment: HostDeployment
    /// The host's number of it.
    package var id: Int

    /// A deployment as it was told.
    package init(deployment: HostDeployment, id: Int) {
        self.deployment = deployment
        self.id = id
    }
}
