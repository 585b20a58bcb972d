package import Model

/// How an image is to be built from a context.
package struct BuildRequest: Sendable, Hashable {
    /// The Dockerfile's path inside the context.
    package var dockerfile: String
    /// Paths of the context that the engine reads but that are never part of the image.
    package var withheld: [String]
    /// The stage to build; nil: the last one.
    package var target: String?
    /// Build arguments.
    package var arguments: [String: String]
    /// Labels of the image.
    package var labels: [String: String]
    /// The name it gets, so that no prune takes it: `slipway.local/shop:1a2b3c4d5e6f`. It is referred to by id.
    package var tag: String
    /// How much memory a step may have, swap included; nil: no limit.
    package var memoryBytes: Int64?
    /// Whether steps reach the network.
    package var isNetworkAllowed: Bool
    /// Who we are to the registries of its base images.
    package var registries: [RegistryCredential]
    /// How long everything may take.
    package var timeout: Duration
    /// Whether steps are kept for later builds, an image each; where not, Podman writes one image in all. Docker always keeps.
    package var keepsSteps: Bool
    /// Whether it uses nothing that other builds left, steps and images alike, and leaves nothing that they would use.
    /// Podman alone can: there, no step is kept, and base images are asked of their registry, never taken from the engine.
    package var isApart: Bool

    /// A build with the defaults of DESIGN section 7.
    package init(
        dockerfile: String = "Dockerfile", withheld: [String] = [], target: String? = nil,
        arguments: [String: String] = [:],
        labels: [String: String] = [:], tag: String, memoryBytes: Int64? = 2 << 30, isNetworkAllowed: Bool = true,
        registries: [RegistryCredential] = [], timeout: Duration = .seconds(1800), keepsSteps: Bool = true,
        isApart: Bool = false
    ) {
        self.dockerfile = dockerfile
        self.withheld = withheld
        self.target = target
        self.arguments = arguments
        self.labels = labels
        self.tag = tag
        self.memoryBytes = memoryBytes
        self.isNetworkAllowed = isNetworkAllowed
        self.registries = registries
        self.timeout = timeout
        self.keepsSteps = keepsSteps
        self.isApart = isApart
    }
}

/// Who we are to one registry.
package struct RegistryCredential: Sendable, Hashable {
    /// The registry: `registry.example.com` or `127.0.0.1:5000`.
    package var host: String
    /// The user's name.
    package var user: String
    /// The user's password or token.
    package var password: Secret<String>

    /// A credential as given.
    package init(host: String, user: String, password: Secret<String>) {
        self.host = host
        self.user = user
        self.password = password
    }
}
