/// What `config.yml` says, checked and with every default filled in. Holds no secret: only where secrets are.
package struct Configuration: Sendable, Hashable {
    /// The directory of everything that is remembered.
    package var state: String
    /// Where webhooks are taken in.
    package var listen: ListenAddress
    /// The Unix socket of the command line.
    package var socket: String
    /// The daemon's own address as the world sees it, without a slash at its end.
    package var publicURL: String?
    /// Where containers run.
    package var runtime: Runtime
    /// How applications are reached.
    package var router: Router
    /// Accounts at image registries.
    package var registries: [Registry]
    /// How remotes are polled.
    package var poll: Poll
    /// What is bounded, and by how much.
    package var limits: Limits
    /// Who is told how deployments end; their names are unique.
    package var notifications: [Subscriber]
    /// The projects; their names are unique.
    package var projects: [Project]

    /// The defaults of DESIGN sections 6.2 and 7 in these surroundings.
    package init(projects: [Project] = [], surroundings: Surroundings = .current) {
        state = surroundings.stateDirectory
        listen = ListenAddress(host: "127.0.0.1", port: 7420)
        socket = surroundings.socket
        runtime = Runtime()
        router = Router()
        registries = []
        poll = Poll()
        limits = Limits()
        notifications = []
        self.projects = projects
    }

    /// An IP address and a TCP port.
    package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
        /// The address, without brackets.
        package var host: String
        /// The port.
        package var port: Int

        /// An address as given.
        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// `127.0.0.1:7420`, `[::1]:7420`.
        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    /// Where containers run.
    package struct Runtime: Sendable, Hashable {
        /// The container engine's socket.
        package var socket: EngineSocket
        /// How many builds run at once.
        package var builds: Int
        /// The loopback ports that containers publish on.
        package var ports: ClosedRange<Int>
        /// The addresses that environments' networks are cut from.
        package var subnets: IPv4Block
        /// Whether builds of forks' commits reach the network.
        package var forkNetwork: Bool

        /// The defaults of DESIGN section 6.2.
        package init(
            socket: EngineSocket = .auto, builds: Int = 2, ports: ClosedRange<Int> = 20_000...29_999,
            subnets: IPv4Block = .standard, forkNetwork: Bool = false
        ) {
            self.forkNetwork = forkNetwork
            self.socket = socket
            self.builds = builds
            self.ports = ports
            self.subnets = subnets
        }
    }

    /// Which socket the container engine listens on.
    package enum EngineSocket: Sendable, Hashable {
        /// The first one found that answers.
        case auto
        /// This one.
        case path(String)
    }

    /// How applications are reached.
    package struct Router: Sendable, Hashable {
        /// The domain under which environments get their host names.
        package var domain: String
        /// Whose Caddy it is.
        package var caddy: CaddyChoice
        /// The port on which applications are reached over HTTP.
        package var httpPort: Int

        /// The defaults of DESIGN section 6.2.
        package init(domain: String = "localhost", caddy: CaddyChoice = .managed, httpPort: Int = 8080) {
            self.domain = domain
            self.caddy = caddy
            self.httpPort = httpPort
        }
    }

    /// Whose Caddy it is.
    package enum CaddyChoice: Sendable, Hashable {
        /// Slipway starts one, and it outlives the daemon.
        case managed
        /// One that is already there, by the URL of its admin API: `http://127.0.0.1:2019`.
        case external(String)
    }

    /// An account at an image registry.
    package struct Registry: Sendable, Hashable {
        /// The registry's host, with its port where it is not the usual one.
        package var host: String
        /// The user's name.
        package var user: String
        /// The user's password or token.
        package var password: SecretSource

        /// An account as given.
        package init(host: String, user: String, password: SecretSource) {
            self.host = host
            self.user = user
            self.password = password
        }
    }

    /// How remotes are polled.
    package struct Poll: Sendable, Hashable {
        /// The time between two looks at a remote.
        package var interval: Duration

        /// The default of DESIGN section 7.
        package init(interval: Duration = .seconds(60)) { self.interval = interval }
    }

    /// What is bounded, and by how much.
    package struct Limits: Sendable, Hashable {
        /// The largest file of a build context.
        package var blobBytes: Int
        /// The largest body of a webhook request.
        package var deliveryBytes: Int
        /// How long a build may take.
        package var buildTimeout: Duration
        /// How much memory a build may use.
        package var buildMemoryBytes: Int
        /// How much of a build's output is kept.
        package var buildLogBytes: Int
        /// How much one fetch may bring.
        package var fetchBytes: Int
        /// How long one fetch may take.
        package var fetchTimeout: Duration
        /// How much build cache and fetched base images may take; nil: a tenth of the engine's disk.
        package var buildCacheBytes: Int?
        /// How much of a disk must be free for builds to begin; nil: what suits the disk.
        package var diskReserveBytes: Int?
        /// How much memory is kept for staging and production; nil: a quarter of the machine.
        package var memoryReserveBytes: Int?

        /// The defaults of DESIGN section 7 and rule 9.
        package init(
            blobBytes: Int = 100 << 20, deliveryBytes: Int = 3 << 20, buildTimeout: Duration = .seconds(1800),
            buildMemoryBytes: Int = 2 << 30, buildLogBytes: Int = 10 << 20, fetchBytes: Int = 2 << 30,
            fetchTimeout: Duration = .seconds(600), buildCacheBytes: Int? = nil, diskReserveBytes: Int? = nil,
            memoryReserveBytes: Int? = nil
        ) {
            self.blobBytes = blobBytes
            self.deliveryBytes = deliveryBytes
            self.buildTimeout = buildTimeout
            self.buildMemoryBytes = buildMemoryBytes
            self.buildLogBytes = buildLogBytes
            self.fetchBytes = fetchBytes
            self.fetchTimeout = fetchTimeout
            self.buildCacheBytes = buildCacheBytes
            self.diskReserveBytes = diskReserveBytes
            self.memoryReserveBytes = memoryReserveBytes
        }
    }
}
