/// The daemon as a whole, for people and scripts.
package struct DaemonStatus: Sendable, Hashable, Codable {
    /// The daemon's version.
    package var version: String
    /// The id in every label of this daemon.
    package var instance: String
    /// When it was started.
    package var startedAt: Timestamp
    /// The container engine.
    package var engine: PartStatus
    /// The proxy.
    package var router: PartStatus
    /// The disks that are written to; nil: nobody looks at them.
    package var disk: PartStatus?
    /// The projects, ordered by name.
    package var projects: [ProjectStatus]
    /// What is not worked on because the daemon crashed over it; nil: a daemon that does not say.
    package var setAside: [Suspect]?

    /// A status as given.
    package init(
        version: String, instance: String, startedAt: Timestamp, engine: PartStatus, router: PartStatus,
        disk: PartStatus? = nil, projects: [ProjectStatus], setAside: [Suspect]? = nil
    ) {
        self.disk = disk
        self.setAside = setAside
        self.version = version
        self.instance = instance
        self.startedAt = startedAt
        self.engine = engine
        self.router = router
        self.projects = projects
    }
}

/// Something the daemon depends on.
package struct PartStatus: Sendable, Hashable, Codable {
    /// What it is: "podman 4.3.1 at /run/podman/podman.sock".
    package var name: String
    /// Nil while it works; else what is wrong, in words, with since when.
    package var problem: String?

    /// A status as given.
    package init(name: String, problem: String? = nil) {
        self.name = name
        self.problem = problem
    }
}

/// One project, for people and scripts.
package struct ProjectStatus: Sendable, Hashable, Codable {
    /// Its name.
    package var name: ProjectName
    /// Where its repository is.
    package var remote: String
    /// The branch that HEAD names.
    package var defaultBranch: RefName?
    /// When its refs were last listed in full.
    package var listedAt: Timestamp?
    /// Why the last look failed; nil when it did not.
    package var problem: FailureRecord?
    /// What is wrong with the default branch's manifest; nil when nothing is.
    package var manifestProblem: String?
    /// The Git host's API; nil where it is not called.
    package var host: PartStatus?
    /// What deliveries announced and Git does not show yet, oldest first; nil: nothing.
    package var announced: [AnnouncedCommit]?
    /// Its webhook; nil where the configuration does not name the project.
    package var webhook: WebhookStatus?
    /// Its environments: production first, then staging, development, previews by name.
    package var environments: [EnvironmentStatus]

    /// A status as given.
    package init(
        name: ProjectName, remote: String, defaultBranch: RefName?, listedAt: Timestamp?, problem: FailureRecord?,
        manifestProblem: String?, host: PartStatus? = nil, announced: [AnnouncedCommit]? = nil,
        webhook: WebhookStatus? = nil, environments: [EnvironmentStatus]
    ) {
        self.webhook = webhook
        self.name = name
        self.remote = remote
        self.defaultBranch = defaultBranch
        self.listedAt = listedAt
        self.problem = problem
        self.manifestProblem = manifestProblem
        self.host = host
        self.announced = announced
        self.environments = environments
    }
}

/// One environment, for people and scripts.
package struct EnvironmentStatus: Sendable, Hashable, Codable {
    /// How what runs is doing.
    package enum Health: String, Sendable, Hashable, Codable {
        /// Every container runs and passes its checks.
        case healthy
        /// Some do.
        case degraded
        /// None does.
        case failing
        /// Switched off until somebody calls.
        case asleep
        /// Switched off by a person.
        case stopped
        /// The engine does not answer, or nothing was ever live.
        case unknown
    }
    /// What is being done with it.
    package enum Progress: String, Sendable, Hashable, Codable {
        /// It runs what Git says.
        case current
        /// A deployment is under way.
        case deploying
        /// Something must happen first; see `gates`.
        case waiting
        /// A person pinned it.
        case held
        /// Git no longer says anything about it.
        case orphaned
        /// It is being removed.
        case deleting
        /// The last deployment failed; what ran keeps running.
        case failed
    }
    /// Which.
    package var id: EnvironmentID
    /// What it is for.
    package var kind: EnvironmentKind
    /// The ref it follows.
    package var ref: RefName?
    /// Where it is reached, the main service first.
    package var urls: [String]
    /// How what runs is doing.
    package var health: Health
    /// Why it is not healthy, in words; nil when it is.
    package var healthReason: String?
    /// What is being done with it.
    package var progress: Progress
    /// Why it runs what it runs, or what it waits for, in words.
    package var reason: String
    /// The commit it runs.
    package var commit: ObjectID?
    /// The commit it should run, where that is another.
    package var wanted: ObjectID?
    /// The release it runs.
    package var release: Digest?
    /// Since when.
    package var since: Timestamp?
    /// The services it runs.
    package var services: [ServiceStatus]
    /// What it waits for.
    package var gates: [Gate]
    /// A person's pin.
    package var hold: Hold?
    /// The deployment under way, or else the last one.
    package var deployment: Deployment?
    /// When a preview goes, unless it is pushed to; nil: it does not expire.
    package var expires: Timestamp?

    /// One service of an environment.
    package struct ServiceStatus: Sendable, Hashable, Codable {
        /// Its name.
        package var name: String
        /// The image it runs.
        package var image: ImageID
        /// Its containers' names.
        package var containers: [String]
        /// How many of them run.
        package var running: Int
        /// How many should.
        package var wanted: Int
        /// Where it is reached; nil where it is not.
        package var url: String?

        /// A status as given.
        package init(
            name: String, image: ImageID, containers: [String], running: Int, wanted: Int, url: String? = nil
        ) {
            self.url = url
            self.name = name
            self.image = image
            self.containers = containers
            self.running = running
            self.wanted = wanted
        }
    }

    /// A status as given.
    package init(
        id: EnvironmentID, kind: EnvironmentKind, ref: RefName?, urls: [String], health: Health,
        healthReason: String? = nil, progress: Progress, reason: String, commit: ObjectID? = nil,
        wanted: ObjectID? = nil, release: Digest? = nil, since: Timestamp? = nil, services: [ServiceStatus] = [],
        gates: [Gate] = [], hold: Hold? = nil, deployment: Deployment? = nil, expires: Timestamp? = nil
    ) {
        self.id = id
        self.kind = kind
        self.ref = ref
        self.urls = urls
        self.health = health
        self.healthReason = healthReason
        self.progress = progress
        self.reason = reason
        self.commit = commit
        self.wanted = wanted
        self.release = release
        self.since = since
        self.services = services
        self.gates = gates
        self.hold = hold
        self.deployment = deployment
        self.expires = expires
    }
}

/// The answer to "why is it so?".
package struct Explanation: Sendable, Hashable, Codable {
    /// Which environment.
    package var environment: EnvironmentID
    /// Sentences, the most important first.
    package var sentences: [String]
    /// What would change it, with commands.
    package var remedies: [String]

    /// An explanation as given.
    package init(environment: EnvironmentID, sentences: [String], remedies: [String]) {
        self.environment = environment
        self.sentences = sentences
        self.remedies = remedies
    }
}

/// How waiting for an environment ended.
package struct WaitOutcome: Sendable, Hashable, Codable {
    /// The ways to end.
    package enum Ending: String, Sendable, Hashable, Codable {
        /// The commit is live.
        case live
        /// Its deployment failed.
        case failed
        /// A newer commit came before it.
        case superseded
        /// A person stopped it, or the environment is gone.
        case cancelled
        /// The time was over.
        case timedOut
    }
    /// How it ended.
    package var ending: Ending
    /// The environment as it is now; nil when there is none.
    package var environment: EnvironmentStatus?
    /// One sentence.
    package var message: String

    /// An outcome as given.
    package init(ending: Ending, environment: EnvironmentStatus?, message: String) {
        self.ending = ending
        self.environment = environment
        self.message = message
    }
}

/// Why a request to the daemon could not be carried out, as RFC 9457 has it.
package struct RequestProblem: Error, Sendable, Hashable, Codable {
    /// The HTTP status.
    package var status: Int
    /// A short name of the kind of problem.
    package var title: String
    /// What is wrong with this very request, and what to do.
    package var detail: String

    /// A problem as given.
    package init(status: Int, title: String, detail: String) {
        self.status = status
        self.title = title
        self.detail = detail
    }

    /// There is no such thing.
    package static func notFound(_ detail: String) -> Self { Self(status: 404, title: "not found", detail: detail) }
    /// What is asked contradicts what is.
    package static func conflict(_ detail: String) -> Self { Self(status: 409, title: "conflict", detail: detail) }
    /// The request itself is wrong.
    package static func invalid(_ detail: String) -> Self { Self(status: 400, title: "bad request", detail: detail) }
    /// It cannot be done now.
    package static func unavailable(_ detail: String) -> Self {
        Self(status: 503, title: "unavailable", detail: detail)
    }
}
