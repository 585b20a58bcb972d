package import ContainerEngine
package import Model

/// What the engine and the proxy have that carries this daemon's instance label.
package struct ObservedWorld: Sendable, Hashable {
    /// By environment; only those of which anything exists.
    package var environments: [EnvironmentID: ObservedEnvironment]

    /// A world as given.
    package init(environments: [EnvironmentID: ObservedEnvironment] = [:]) { self.environments = environments }

    /// What exists of one environment; nothing if it is not there.
    package func environment(_ id: EnvironmentID) -> ObservedEnvironment {
        environments[id] ?? ObservedEnvironment(id: id)
    }
}

/// What exists of one environment.
package struct ObservedEnvironment: Sendable, Hashable {
    /// Which.
    package var id: EnvironmentID
    /// Its containers in every state, ordered by name.
    package var containers: [ObservedContainer]
    /// Its networks; one, but for accidents.
    package var networks: [ObservedNetwork]
    /// Its volumes, the hold's marker included.
    package var volumes: [ObservedVolume]
    /// What the proxy sends to it, ordered by id.
    package var routes: [Route]

    /// An environment as given.
    package init(
        id: EnvironmentID, containers: [ObservedContainer] = [], networks: [ObservedNetwork] = [],
        volumes: [ObservedVolume] = [], routes: [Route] = []
    ) {
        self.id = id
        self.containers = containers
        self.networks = networks
        self.volumes = volumes
        self.routes = routes
    }

    /// The pin that was written to the engine, if there is one: the marker's, else the newest container's.
    package var hold: Hold? {
        volumes.lazy.compactMap(\.labels.hold).first
            ?? containers.sorted { $0.createdAt < $1.createdAt }.last?.labels.hold
    }
}

/// One container of ours.
package struct ObservedContainer: Sendable, Hashable {
    /// The engine's id.
    package var id: String
    /// Its name, without a slash before it.
    package var name: String
    /// The image it was made from; nil where the engine's answer cannot be read.
    package var image: ImageID?
    /// What it is doing.
    package var state: ContainerState
    /// What its labels say.
    package var labels: LabelSet
    /// When it was made.
    package var createdAt: Timestamp

    /// A container as given.
    package init(
        id: String, name: String, image: ImageID?, state: ContainerState, labels: LabelSet, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.image = image
        self.state = state
        self.labels = labels
        self.createdAt = createdAt
    }
}

/// One network of ours.
package struct ObservedNetwork: Sendable, Hashable {
    /// The engine's id.
    package var id: String
    /// Its name.
    package var name: String
    /// Its subnet, `10.201.3.0/26`.
    package var subnet: String?

    /// A network as given.
    package init(id: String, name: String, subnet: String?) {
        self.id = id
        self.name = name
        self.subnet = subnet
    }
}

/// One volume of ours.
package struct ObservedVolume: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// What its labels say.
    package var labels: LabelSet

    /// A volume as given.
    package init(name: String, labels: LabelSet) {
        self.name = name
        self.labels = labels
    }
}
