/// What one service of a manifest is: how it is built, started, checked and replaced.
///
/// Part of the release, so the same in every environment.
package struct ServiceDefinition: Sendable, Hashable, Codable {
    /// How its image is built from the repository.
    package var build: BuildDefinition
    /// The port it listens on inside its container.
    package var port: PortChoice
    /// Whether it is reached through the proxy.
    package var isPublic: Bool
    /// Replaces the image's command when present.
    package var command: [String]?
    /// Environment variables, by name.
    package var variables: [String: String]
    /// How its health is checked.
    package var health: HealthCheck
    /// How many containers run.
    package var replicas: Int
    /// Limits of each container; nil where the manifest sets none.
    package var resources: Resources
    /// The services that must be healthy before this one starts.
    package var dependsOn: [String]
    /// How long requests in flight may take after the route has moved away.
    package var drainTimeout: Duration
    /// How long the container may take to stop before it is killed.
    package var stopTimeout: Duration
    /// False: never two at once; the old container stops before the new one starts.
    package var overlap: Bool

    /// The definition that a repository with nothing but a Dockerfile has.
    package init(
        build: BuildDefinition = .init(), port: PortChoice = .automatic, isPublic: Bool = true,
        command: [String]? = nil, variables: [String: String] = [:], health: HealthCheck = .init(),
        replicas: Int = 1, resources: Resources = .init(), dependsOn: [String] = [],
        drainTimeout: Duration = .seconds(10), stopTimeout: Duration = .seconds(30), overlap: Bool = true
    ) {
        self.build = build
        self.port = port
        self.isPublic = isPublic
        self.command = command
        self.variables = variables
        self.health = health
        self.replicas = replicas
        self.resources = resources
        self.dependsOn = dependsOn
        self.drainTimeout = drainTimeout
        self.stopTimeout = stopTimeout
        self.overlap = overlap
    }
}

/// How an image is built.
package struct BuildDefinition: Sendable, Hashable, Codable {
    /// The directory of the build context, relative to the repository's root; `.` is the root.
    package var context: String
    /// The Dockerfile, relative to the context.
    package var dockerfile: String
    /// The stage to build; nil builds the last one.
    package var target: String?
    /// Build arguments, by name.
    package var arguments: [String: String]

    /// The definition that a repository with nothing but a Dockerfile has.
    package init(
        context: String = ".", dockerfile: String = "Dockerfile", target: String? = nil,
        arguments: [String: String] = [:]
    ) {
        self.context = context
        self.dockerfile = dockerfile
        self.target = target
        self.arguments = arguments
    }
}

/// Where a service listens inside its container.
package enum PortChoice: Sendable, Hashable, Codable {
    /// The only TCP port the image exposes, else 8080.
    case automatic
    /// This one.
    case number(Int)
    /// None: the service is a worker, never routed and healthy when it runs.
    case worker
}

/// How a service's health is checked, from outside its container.
package struct HealthCheck: Sendable, Hashable, Codable {
    /// Requested with GET and healthy when the answer is 2xx or 3xx; nil: a TCP connection is enough.
    package var path: String?
    /// The time between two checks.
    package var interval: Duration
    /// How long one check may take.
    package var timeout: Duration
    /// How many failures in a row make a running container unhealthy.
    package var retries: Int
    /// How long a new container may take to become healthy.
    package var deadline: Duration

    /// The defaults of DESIGN section 7.
    package init(
        path: String? = nil, interval: Duration = .seconds(1), timeout: Duration = .seconds(2), retries: Int = 3,
        deadline: Duration = .seconds(60)
    ) {
        self.path = path
        self.interval = interval
        self.timeout = timeout
        self.retries = retries
        self.deadline = deadline
    }
}

/// Limits of one container.
package struct Resources: Sendable, Hashable, Codable {
    /// Thousandths of a processor; nil: no limit of the service's own.
    package var cpuMillis: Int?
    /// Bytes of memory; nil: no limit of the service's own.
    package var memoryBytes: Int?

    /// Limits as given.
    package init(cpuMillis: Int? = nil, memoryBytes: Int? = nil) {
        self.cpuMillis = cpuMillis
        self.memoryBytes = memoryBytes
    }

    /// What a preview's service gets where its manifest sets nothing: 256 MiB and half a processor.
    package static let previewDefault = Self(cpuMillis: 500, memoryBytes: 256 << 20)
}
