package import Builder
package import Config
package import ContainerEngine
package import Deployer
package import Model
package import Watcher

/// Everything the daemon stands on and does not decide itself: records, engine, proxy, images, repositories.
///
/// ``Assembly`` makes it of the real ones; a simulation has all of them in memory. Clocks, chance and threads come
/// from ``Lifecycle/CurrentMachine``.
package struct Boundaries: Sendable {
    /// What is remembered; open.
    package var records: any Records
    /// Says whether the records, and with them the world, are still this daemon's.
    package var fence: Fence
    /// What is not worked on because the daemon crashed over it.
    package var quarantine: Quarantine
    /// Copies the records for whoever asks; nil: they are nowhere that they could be copied from.
    package var backups: BackupDesk?
    /// The container engine.
    package var engine: any EngineCalls
    /// What the engine is called in messages: its socket.
    package var engineName: String
    /// How containers are looked at from outside; nil: over sockets.
    package var looks: (any HealthLooks)?
    /// The least time between two looks at what is live; nil: nothing is looked at after its start.
    package var lookInterval: Duration?
    /// The networks that this machine is in already; nil: those of its interfaces.
    package var hostNetworks: (@Sendable () -> [SubnetBlock])?
    /// Whether nothing listens on a loopback port.
    package var isPortUnused: @Sendable (Int) -> Bool
    /// Makes images.
    package var images: any ImageSource
    /// Moves routes.
    package var router: Router
    /// Starts the proxy where it does not run; nil: somebody else does.
    package var proxyProgram: (any ProxyProgram)?
    /// What is shown of the proxy.
    package var proxyName: String
    /// Lists remotes.
    package var remotes: any RemoteLister
    /// Where the logs of builds are.
    package var buildLogs: String
    /// The directory whose disk is watched; nil: none is.
    package var state: String?
    /// What is free on the disk at a path; nil where that cannot be told.
    package var space: @Sendable (String) -> FreeSpace?
    /// What the engine says of itself; nil while it does not answer.
    package var engineInfo: @Sendable () async -> EngineInfo?
    /// Where a project's repository is.
    package var mirrorPath: @Sendable (ProjectName) -> String
    /// The projects whose Git host's API may be called.
    package var links: [ProjectName: HostLink]
    /// The notices that were sent; nil: nobody is told anything.
    package var notices: NoticeDesk?
    /// What is seen of webhooks.
    package var hooks = HookDesk()
    /// Gets at the projects' credentials.
    package var accounts = Accounts()
    /// Reads a project's repository.
    package var reading: @Sendable (Configuration.Project) -> any CommitReading

    /// Boundaries as given.
    package init(
        records: any Records, fence: Fence = Fence(), quarantine: Quarantine = Quarantine(),
        engine: any EngineCalls, engineName: String,
        looks: (any HealthLooks)? = nil, lookInterval: Duration? = nil,
        hostNetworks: (@Sendable () -> [SubnetBlock])? = nil, isPortUnused: (@Sendable (Int) -> Bool)? = nil,
        images: any ImageSource, router: Router, proxyProgram: (any ProxyProgram)?, proxyName: String,
        remotes: any RemoteLister, links: [ProjectName: HostLink] = [:], buildLogs: String,
        mirrorPath: @escaping @Sendable (ProjectName) -> String,
        state: String? = nil, space: @escaping @Sendable (String) -> FreeSpace? = { FreeSpace(at: $0) },
        engineInfo: @escaping @Sendable () async -> EngineInfo? = { nil },
        reading: @escaping @Sendable (Configuration.Project) -> any CommitReading
    ) {
        self.state = state
        self.space = space
        self.engineInfo = engineInfo
        self.records = records
        self.fence = fence
        self.quarantine = quarantine
        self.engine = engine
        self.engineName = engineName
        self.looks = looks
        self.lookInterval = lookInterval
        self.hostNetworks = hostNetworks
        self.isPortUnused = isPortUnused ?? PortDesk.isUnused
        self.images = images
        self.router = router
        self.proxyProgram = proxyProgram
        self.proxyName = proxyName
        self.remotes = remotes
        self.links = links
        self.buildLogs = buildLogs
        self.mirrorPath = mirrorPath
        self.reading = reading
    }
}
