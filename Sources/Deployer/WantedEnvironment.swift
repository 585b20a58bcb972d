package import Model

/// What one environment should run, with everything the containers are told.
package struct WantedEnvironment: Sendable, Hashable {
    /// Which.
    package var id: EnvironmentID
    /// What it is for.
    package var kind: EnvironmentKind
    /// The services and their images.
    package var release: Release
    /// What the environment adds to the release.
    package var configuration: EnvironmentConfiguration
    /// The commit this is done for.
    package var commit: ObjectID
    /// The ref this is done for.
    package var ref: RefName?
    /// The pull request this is done for.
    package var pullRequest: Int?
    /// Host names by service, the address to show first; a service without any is not routed.
    package var hosts: [String: [String]]
    /// How people reach those hosts.
    package var front: FrontAddress
    /// When the environment was first made.
    package var firstSeen: Timestamp
    /// A person's pin, written to new containers so that it outlives the database.
    package var hold: Hold?
    /// When the environment expires.
    package var expires: Timestamp?
    /// The names of containers that ended again and again: they are stopped, and not started for now.
    package var resting: Set<String> = []
    /// Containers of what ran before that ended again and again: where this fails, they are not started again by it.
    package var faltering: Set<String> = []

    /// An environment as given.
    package init(
        id: EnvironmentID, kind: EnvironmentKind, release: Release, configuration: EnvironmentConfiguration,
        commit: ObjectID, ref: RefName?, pullRequest: Int? = nil, hosts: [String: [String]], front: FrontAddress,
        firstSeen: Timestamp, hold: Hold? = nil, expires: Timestamp? = nil
    ) {
        self.id = id
        self.kind = kind
        self.release = release
        self.configuration = configuration
        self.commit = commit
        self.ref = ref
        self.pullRequest = pullRequest
        self.hosts = hosts
        self.front = front
        self.firstSeen = firstSeen
        self.hold = hold
        self.expires = expires
    }

    /// The service of that name.
    package func service(_ name: String) -> ReleasedService? { release.services.first { $0.name == name } }
}

/// What an environment adds to a release.
package struct EnvironmentConfiguration: Sendable, Hashable {
    /// Identifies the configuration: two with the same digest need no new containers.
    package var digest: Digest
    /// Variables every service of the environment gets, over those of the manifest.
    package var variables: [String: String]
    /// Limits for services whose definition sets none.
    package var defaults: Resources

    /// A configuration as given.
    package init(digest: Digest, variables: [String: String] = [:], defaults: Resources = .init()) {
        self.digest = digest
        self.variables = variables
        self.defaults = defaults
    }
}

/// The scheme and port under which people reach the proxy.
package struct FrontAddress: Sendable, Hashable {
    /// `http` or `https`.
    package var scheme: String
    /// The port; left out of addresses where it is the scheme's own.
    package var port: Int

    /// An address as given.
    package init(scheme: String, port: Int) {
        self.scheme = scheme
        self.port = port
    }

    /// The address of a host behind the proxy: `http://staging--shop.localhost:8080`.
    package func url(of host: String) -> String {
        let isUsual = (scheme == "http" && port == 80) || (scheme == "https" && port == 443)
        return "\(scheme)://\(host)" + (isUsual ? "" : ":\(port)")
    }
}
