package import Model

/// One thing to do, in order, so that an environment becomes what is wanted.
package enum Step: Sendable, Hashable {
    /// Make the environment's network.
    case createNetwork(String)
    /// Stop what ends again and again, so that the engine does not start it either.
    case rest([ContainerReference])
    /// Bring these services up, side by side: the services they depend on are up already.
    case launch([ServiceLaunch])
    /// Send the environment's hosts to these containers, all at once.
    case route([RouteTarget])
    /// Drain, stop and remove a container that nothing wants any more.
    case retire(Retirement)
    /// Remove a network; nothing is on it any more.
    case removeNetwork(ObservedNetwork)
    /// Remove a volume.
    case removeVolume(String)
}

/// What it takes to have one service running with all its replicas.
package struct ServiceLaunch: Sendable, Hashable {
    /// The service's name.
    package var service: String
    /// What stops before any of the new containers starts; empty where old and new may overlap.
    package var stopsFirst: [ContainerReference]
    /// What is started again when the new ones fail; empty where the old ones never stopped.
    package var fallback: [ContainerReference]
    /// Its containers, by replica.
    package var containers: [ContainerLaunch]

    /// A launch as given.
    package init(
        service: String, stopsFirst: [ContainerReference] = [], fallback: [ContainerReference] = [],
        containers: [ContainerLaunch]
    ) {
        self.service = service
        self.stopsFirst = stopsFirst
        self.fallback = fallback
        self.containers = containers
    }
}

/// What it takes to have one container running and healthy.
package struct ContainerLaunch: Sendable, Hashable {
    /// What has to be done for it.
    package enum Action: Sendable, Hashable {
        /// Make it, start it, wait for its health.
        case create
        /// Remove what has its name and cannot be started, then make it anew.
        case recreate(id: String)
        /// It was made before: start it, wait for its health.
        case start(id: String)
        /// It runs: see that it is healthy before anything is sent to it.
        case check(id: String)
    }
    /// Its name.
    package var name: String
    /// Which replica of the service it is, from 1.
    package var replica: Int
    /// What has to be done.
    package var action: Action
    /// The port it publishes on, where it exists already.
    package var port: Int?
    /// Whether it goes again if the launch fails: it is new, and an older one serves or could serve in its place.
    package var isDisposable: Bool

    /// A launch as given.
    package init(name: String, replica: Int, action: Action, port: Int? = nil, isDisposable: Bool = true) {
        self.name = name
        self.replica = replica
        self.action = action
        self.port = port
        self.isDisposable = isDisposable
    }
}

/// A container by its id, with its name for messages.
package struct ContainerReference: Sendable, Hashable {
    /// The engine's id.
    package var id: String
    /// Its name.
    package var name: String

    /// A reference as given.
    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }

    /// The reference to a container.
    package init(_ container: ObservedContainer) { self.init(id: container.id, name: container.name) }
}

/// Where the hosts of one service are sent.
package struct RouteTarget: Sendable, Hashable {
    /// The service's name.
    package var service: String
    /// Its host names.
    package var hosts: [String]
    /// The names of the containers that serve them.
    package var containers: [String]

    /// A target as given.
    package init(service: String, hosts: [String], containers: [String]) {
        self.service = service
        self.hosts = hosts
        self.containers = containers
    }
}

/// How a container that nothing wants any more goes; it may take to stop what it was made with.
package struct Retirement: Sendable, Hashable {
    /// Which.
    package var container: ContainerReference
    /// The port it publishes on.
    package var port: Int?
    /// When it was made.
    package var madeAt: Timestamp
    /// Whether it runs, so that it must drain and stop.
    package var isRunning: Bool
    /// How long requests in flight may take, counted from the moment the route moved away.
    package var drainTimeout: Duration

    /// A retirement as given.
    package init(
        container: ContainerReference, port: Int?, madeAt: Timestamp, isRunning: Bool, drainTimeout: Duration
    ) {
        self.container = container
        self.port = port
        self.madeAt = madeAt
        self.isRunning = isRunning
        self.drainTimeout = drainTimeout
    }
}
