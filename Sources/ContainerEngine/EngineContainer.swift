package import Model

/// How far a container is in its life.
package enum ContainerState: String, Sendable, Hashable, CaseIterable {
    /// Made, never started.
    case created
    /// Its process runs.
    case running
    /// Its process is frozen.
    case paused
    /// It ended, and the engine is about to start it again.
    case restarting
    /// It ended.
    case exited
    /// It is being removed, or is beyond repair.
    case dead

    /// Reads either engine's word for it.
    init(engineWord word: String) {
        switch word {
        case "created", "configured", "initialized": self = .created
        case "running", "stopping": self = .running
        case "paused": self = .paused
        case "restarting": self = .restarting
        case "exited", "stopped": self = .exited
        default: self = .dead
        }
    }
}

/// A container's port as the host sees it.
package struct PublishedPort: Sendable, Hashable {
    /// The address on the host: `127.0.0.1`.
    package let address: String
    /// The port on the host.
    package let hostPort: Int
    /// The port inside the container.
    package let containerPort: Int

    /// A port as given.
    package init(address: String, hostPort: Int, containerPort: Int) {
        self.address = address
        self.hostPort = hostPort
        self.containerPort = containerPort
    }
}

/// A container as a listing shows it.
package struct EngineContainer: Sendable, Hashable {
    /// The engine's id for it.
    package let id: String
    /// Its name, without the slash that the API puts before it.
    package let name: String
    /// What it runs; nil where the engine does not say.
    package let imageID: ImageID?
    /// How far it is.
    package let state: ContainerState
    /// Its labels.
    package let labels: [String: String]
    /// The ports it publishes. Docker names none for a container that does not run.
    package let ports: [PublishedPort]
    /// When it was made.
    package let createdAt: Timestamp

    /// A container as given.
    package init(
        id: String, name: String, imageID: ImageID?, state: ContainerState, labels: [String: String],
        ports: [PublishedPort] = [], createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.imageID = imageID
        self.state = state
        self.labels = labels
        self.ports = ports
        self.createdAt = createdAt
    }
}

/// Everything there is to know about one container.
package struct ContainerDetail: Sendable, Hashable {
    /// What a listing shows.
    package let container: EngineContainer
    /// The host's number of its first process; while it runs, and where the engine's host is ours.
    package let processID: Int?
    /// With which status it last ended; nil while it runs or before it ran.
    package let exitCode: Int?
    /// When it was last started.
    package let startedAt: Timestamp?
    /// When it last ended.
    package let finishedAt: Timestamp?
    /// How often the engine started it again by itself.
    package let restartCount: Int
    /// Whether it was last ended for want of memory.
    package let isOutOfMemory: Bool
    /// Why it could not be started, in the engine's words.
    package let startError: String?
    /// Its address in each network, by the network's name; while it runs.
    package let addresses: [String: String]

    /// A container as given.
    package init(
        container: EngineContainer, processID: Int? = nil, exitCode: Int? = nil, startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil, restartCount: Int = 0, isOutOfMemory: Bool = false, startError: String? = nil,
        addresses: [String: String] = [:]
    ) {
        self.container = container
        self.processID = processID
        self.exitCode = exitCode
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.restartCount = restartCount
        self.isOutOfMemory = isOutOfMemory
        self.startError = startError
        self.addresses = addresses
    }
}
