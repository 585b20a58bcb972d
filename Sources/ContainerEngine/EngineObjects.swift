package import Model

/// A network of the engine's.
package struct EngineNetwork: Sendable, Hashable {
    /// The engine's id for it.
    package let id: String
    /// Its name.
    package let name: String
    /// Its address blocks: `10.201.3.0/24`.
    package let subnets: [String]
    /// Its labels.
    package let labels: [String: String]

    /// A network as given.
    package init(id: String, name: String, subnets: [String], labels: [String: String]) {
        self.id = id
        self.name = name
        self.subnets = subnets
        self.labels = labels
    }
}

/// A volume of the engine's; its name is its id.
package struct EngineVolume: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its labels.
    package let labels: [String: String]

    /// A volume as given.
    package init(name: String, labels: [String: String]) {
        self.name = name
        self.labels = labels
    }
}

/// An image as a listing shows it.
package struct EngineImage: Sendable, Hashable {
    /// The digest of its configuration.
    package let id: ImageID
    /// The names it has; empty where it has none.
    package let tags: [String]
    /// Its labels.
    package let labels: [String: String]
    /// How much disk it takes, shared layers included.
    package let sizeBytes: Int64
    /// When it was made.
    package let createdAt: Timestamp
    /// The image it was made from by one step; nil where the engine does not know.
    package let parent: ImageID?

    /// An image as given.
    package init(
        id: ImageID, tags: [String], labels: [String: String], sizeBytes: Int64, createdAt: Timestamp,
        parent: ImageID? = nil
    ) {
        self.id = id
        self.tags = tags
        self.labels = labels
        self.sizeBytes = sizeBytes
        self.createdAt = createdAt
        self.parent = parent
    }
}

/// What an image says about itself.
package struct ImageDetail: Sendable, Hashable {
    /// The digest of its configuration.
    package let id: ImageID
    /// The TCP ports it exposes, in order.
    package let exposedTCPPorts: [Int]
    /// How much disk it takes, shared layers included.
    package let sizeBytes: Int64
    /// Its labels.
    package let labels: [String: String]
    /// The names it has; empty where it has none.
    package let tags: [String]

    /// An image as given.
    package init(
        id: ImageID, exposedTCPPorts: [Int], sizeBytes: Int64, labels: [String: String], tags: [String] = []
    ) {
        self.id = id
        self.exposedTCPPorts = exposedTCPPorts
        self.sizeBytes = sizeBytes
        self.labels = labels
        self.tags = tags
    }
}

/// Something that happened to a container.
package struct EngineEvent: Sendable, Hashable {
    /// The kinds that are told apart, whatever an engine calls them.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// It was made.
        case created
        /// It was started.
        case started
        /// Its process ended, for whatever reason.
        case died
        /// It was stopped on request.
        case stopped
        /// It is gone.
        case destroyed
        /// It was paused, thawed or renamed.
        case changed
        /// Anything else.
        case other
    }

    /// What happened.
    package let kind: Kind
    /// The engine's id for the container.
    package let containerID: String
    /// The container's name.
    package let name: String
    /// The container's labels.
    package let labels: [String: String]
    /// When, by the engine's clock.
    package let at: Timestamp
    /// With which status it ended, where it did and the engine says so.
    package let exitCode: Int?

    /// An event as given.
    package init(
        kind: Kind, containerID: String, name: String, labels: [String: String], at: Timestamp, exitCode: Int? = nil
    ) {
        self.exitCode = exitCode
        self.kind = kind
        self.containerID = containerID
        self.name = name
        self.labels = labels
        self.at = at
    }
}
