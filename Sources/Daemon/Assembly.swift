import Builder
package import Config
import ContainerEngine
import Crypto
import Deployer
import FoundationEssentials
package import Lifecycle
import Model
import Store
import Watcher

/// The daemon put together from its configuration: reads top to bottom like the picture in ARCHITECTURE.md.
package struct Assembly: Sendable {
    /// What people and scripts ask.
    package let control: any Control
    /// What runs, in the order of dependency.
    package let services: [any Service]
    private let lock: HeldLock

    /// The version that is shown and reported.
    package static let version = "0.1.0"

    /// Builds everything; nothing runs yet.
    package static func make(_ configuration: Configuration, log: Log) async throws(StartFailure) -> Assembly {
        // The state directory, and the one daemon that may hold it.
        let paths = try StatePaths(configuration.state)
        let lock = try HeldLock(paths)
        let ledger = Ledger(path: paths.database)
        let opening = try await open(ledger)
        let instance = try Identity.instance(in: paths)

        // The engine, and the front door.
        let socket = configuration.engineSocket
        let engine = EngineClient(socketPath: socket)
        let front = FrontAddress(scheme: "http", port: configuration.router.httpPort)
        let frame = CaddyFrame(
            httpPort: configuration.router.httpPort, daemonAddress: configuration.listen.description,
            publicHost: configuration.publicHost)
        let changes = Broadcast()
        let door = FrontDoor(
            choice: configuration.router.caddy, directory: paths.caddy, frame: frame, changes: changes, log: log)

        // What every loop shares.
        let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: WallClock.milliseconds()) }
        let ports = PortDesk(
            range: configuration.runtime.ports,
            leases: try await kept { () async throws in try await ledger.portLeases() },
            ledger: ledger, now: now)
        let deployer = Deployer(
            engine: engine, router: door.router, instance: instance,
            subnets: SubnetBlock(
                address: configuration.runtime.subnets.address, prefixLength: configuration.runtime.subnets.prefixLength
            ),
            ports: ports, log: log)
        let builder = ImageBuilder(
            engine: engine, instance: instance, limits: configuration.builderLimits,
            concurrency: configuration.runtime.builds, log: log)
        let transport = GitTransport()
        let fence = Fence()
        let configurations = EnvironmentConfigurations(domain: configuration.router.domain, front: front)
        let parts = DaemonParts(
            ledger: ledger, deployer: deployer, configurations: configurations, changes: changes, fence: fence, log: log
        )

        // A loop for every project, and what wakes them.
        let projects = Projects()
        let watcher = RepositoryWatcher(
            transport: transport, interval: configuration.poll.interval, log: log
        ) { observation in
            for name in observation.projects { await projects.loop(name)?.take(observation) }
        }
        let watch = WorldWatch(deployer: deployer, socket: socket, projects: projects, changes: changes, log: log)
        let stored = try await kept { () async throws in try await ledger.projects() }
        for settings in configuration.projects {
            let loop = try await projectLoop(
                settings, stored: stored.first { $0.name == settings.name }, isAmnesiac: !opening.isAdopted,
                configuration: configuration, paths: paths, builder: builder, engine: engine, transport: transport,
                parts: parts, look: { watcher.look(at: settings.name) })
            await projects.add(loop)
            watcher.watch(settings.name, credential: settings.credential.loader, address: settings.repository)
        }
        let control = DaemonControl(
            parts: parts, projects: projects, watch: watch, door: door, watcher: watcher, configuration: configuration,
            identity: .init(version: version, instance: instance, startedAt: now(), engineName: socket))
        let housekeeping = Housekeeping(projects: projects, parts: parts, mustAdopt: !opening.isAdopted)
        let services: [any Service] = [fence, door, watch, housekeeping] + (await projects.all) + [watcher]
        return Assembly(control: control, services: services, lock: lock)
    }

    private static func open(_ ledger: Ledger) async throws(StartFailure) -> Opening {
        try await kept { () async throws in
            try await ledger.open(now: Timestamp(milliseconds: WallClock.milliseconds()))
        }
    }

    private static func projectLoop(
        _ settings: Configuration.Project, stored: StoredProject?, isAmnesiac: Bool, configuration: Configuration,
        paths: StatePaths, builder: ImageBuilder, engine: EngineClient, transport: GitTransport, parts: DaemonParts,
        look: @escaping @Sendable () -> Void
    ) async throws(StartFailure) -> ProjectLoop {
        let name = settings.name
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        let project = stored ?? StoredProject(name: name, remote: settings.repository, addedAt: now)
        let ledger = parts.ledger
        if stored == nil { try await kept { () async throws in try await ledger.save(project) } }
        let records = try await kept { () async throws in try await ledger.environments(of: name) }
        var last: [EnvironmentName: Deployment] = [:]
        for record in records {
            last[record.id.name] = try await kept { () async throws in
                try await ledger.deployments(of: name, environment: record.id.name, limit: 1).first
            }
        }
        let mirrorPath = paths.mirror(of: name)
        let reading = RepositoryReading(
            address: settings.repository, credential: settings.credential.loader, transport: transport,
            mirror: Mirror(path: mirrorPath), mirrorPath: mirrorPath, builder: builder)
        let images = ImageDesk(
            project: name, mirror: mirrorPath, logDirectory: paths.buildLogs, builder: builder, engine: engine,
            registries: configuration.registryCredentials, parts: parts)
        return ProjectLoop(
            stored: project, refs: try await kept { () async throws in try await ledger.knownRefs(of: name) },
            records: records, last: last, isAmnesiac: isAmnesiac, reading: reading, images: images, parts: parts,
            look: look)
    }

    private static func kept<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws(StartFailure) -> Value {
        do {
            return try await body()
        } catch {
            throw StartFailure(
                message: "the records cannot be opened: \(error)",
                hint: "see to it that the state directory has room and can be written to", isHeld: false)
        }
    }
}

/// Why the daemon cannot start.
package struct StartFailure: Error, Sendable, Hashable {
    /// What is wrong, in words.
    package let message: String
    /// What to do about it.
    package let hint: String?
    /// Another daemon holds the state directory.
    package let isHeld: Bool
}
