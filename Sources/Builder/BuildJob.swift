package import ContainerEngine
package import Model

/// An image that is wanted.
package struct BuildJob: Sendable, Hashable {
    /// The project it is for.
    package var project: ProjectName
    /// The service it is for.
    package var service: String
    /// How it is built.
    package var definition: BuildDefinition
    /// The key of the build, from the candidate.
    package var key: Digest
    /// The commit to build from.
    package var commit: ObjectID
    /// The path of the bare repository that has the commit.
    package var mirror: String
    /// Whose code it is.
    package var tier: BuildTier
    /// Who we are to the registries of base images; not used where the network is forbidden, and never for forks.
    package var registries: [RegistryCredential]
    /// Whether build steps reach the network. False for forks.
    package var isNetworkAllowed: Bool
    /// Where the output goes.
    package var logPath: String

    /// A job as given.
    package init(
        project: ProjectName, service: String, definition: BuildDefinition, key: Digest, commit: ObjectID,
        mirror: String, tier: BuildTier = .repository, registries: [RegistryCredential] = [],
        isNetworkAllowed: Bool = true, logPath: String
    ) {
        self.tier = tier
        self.project = project
        self.service = service
        self.definition = definition
        self.key = key
        self.commit = commit
        self.mirror = mirror
        self.registries = registries
        self.isNetworkAllowed = isNetworkAllowed
        self.logPath = logPath
    }
}

/// Who wants to know how a build goes. Only the caller for whom it is really begun is told.
package struct BuildHooks: Sendable {
    /// Asked before the engine is: why the build may not begin, or nil when it may. Then ``onEnd`` follows.
    package var mayStart: @Sendable () async -> StageFailure?
    /// Called when the engine is about to build; not when the image is there already.
    package var onStart: @Sendable () async -> Void
    /// Gets the output in pieces that need not be lines, from a thread of the engine's client.
    package var onOutput: @Sendable (String) -> Void
    /// Told what the build may have left in the engine, where it left anything; before ``onEnd``.
    package var onTraces: @Sendable (BuildTraces) async -> Void
    /// Called once after ``onStart``, also when the caller has gone.
    package var onEnd: @Sendable (Result<ImageID, StageFailure>) async -> Void

    /// Hooks as given; without any, nobody is told.
    package init(
        mayStart: @escaping @Sendable () async -> StageFailure? = { nil },
        onStart: @escaping @Sendable () async -> Void = {}, onOutput: @escaping @Sendable (String) -> Void = { _ in },
        onTraces: @escaping @Sendable (BuildTraces) async -> Void = { _ in },
        onEnd: @escaping @Sendable (Result<ImageID, StageFailure>) async -> Void = { _ in }
    ) {
        self.mayStart = mayStart
        self.onStart = onStart
        self.onOutput = onOutput
        self.onTraces = onTraces
        self.onEnd = onEnd
    }
}
