package import Model

/// How a container is to be made. Has no way to say privileged, a network or directory of the host's, or a device.
package struct ContainerSpec: Sendable, Hashable {
    /// Its name; one that exists is a conflict.
    package var name: String
    /// What it runs.
    package var image: ImageID
    /// Replaces the image's command when present.
    package var command: [String]?
    /// Its environment, besides what the image sets.
    package var environment: [String: String]
    /// Its labels.
    package var labels: [String: String]
    /// The network it joins, by id or name.
    package var network: String
    /// The names it has there besides its own.
    package var networkAliases: [String]
    /// The port it publishes on the host's loopback address.
    package var publish: Publication?
    /// Its share of processors in thousandths of one; nil: no limit.
    package var cpuMillis: Int?
    /// How much memory it may have, swap included; nil: no limit.
    package var memoryBytes: Int64?
    /// How many processes it may have; nil: no limit.
    package var pidsLimit: Int?
    /// How long it may take to stop before it is killed.
    package var stopTimeout: Duration
    /// Whether the engine starts it again by itself.
    package var restartPolicy: RestartPolicy
    /// How much of its output is kept; nil: the engine's own default.
    package var logLimitBytes: Int?

    /// A port of the host's loopback address, and where it leads.
    package struct Publication: Sendable, Hashable {
        /// The port on 127.0.0.1.
        package var hostPort: Int
        /// The port inside the container.
        package var containerPort: Int

        /// A port as given.
        package init(hostPort: Int, containerPort: Int) {
            self.hostPort = hostPort
            self.containerPort = containerPort
        }
    }

    /// Whether the engine starts a container again by itself.
    package enum RestartPolicy: Sendable, Hashable {
        /// Never.
        case never
        /// When it ends by itself, and when the engine or the host starts.
        case keepRunning
    }

    /// A container with sensible bounds.
    package init(
        name: String, image: ImageID, command: [String]? = nil, environment: [String: String] = [:],
        labels: [String: String] = [:], network: String, networkAliases: [String] = [], publish: Publication? = nil,
        cpuMillis: Int? = nil, memoryBytes: Int64? = nil, pidsLimit: Int? = 4096,
        stopTimeout: Duration = .seconds(30), restartPolicy: RestartPolicy = .keepRunning,
        logLimitBytes: Int? = 10 << 20
    ) {
        self.name = name
        self.image = image
        self.command = command
        self.environment = environment
        self.labels = labels
        self.network = network
        self.networkAliases = networkAliases
        self.publish = publish
        self.cpuMillis = cpuMillis
        self.memoryBytes = memoryBytes
        self.pidsLimit = pidsLimit
        self.stopTimeout = stopTimeout
        self.restartPolicy = restartPolicy
        self.logLimitBytes = logLimitBytes
    }
}
