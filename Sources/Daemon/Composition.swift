package import Config
package import Deployer
package import Lifecycle
import Model
import Store
import Watcher

/// The daemon's loops over their ``Boundaries``, and what wakes them: the same in the daemon and in a simulation.
package struct Composition: Sendable {
    /// What people and scripts ask.
    package let control: DaemonControl
    /// What runs, in the order of dependency.
    package let services: [any Service]

    /// Puts everything together; nothing runs yet.
    ///
    /// - Parameter isAmnesiac: the records are new: what runs is all the memory there is.
    package static func make(
        _ configuration: Configuration, over boundaries: Boundaries, instance: String, isAmnesiac: Bool,
        decisions: Decisions = .standard, deciding: DeploymentDecisions = .standard, log: Log
    ) async throws(StartFailure) -> Composition {
        let records = boundaries.records
        let fence = boundaries.fence
        let changes = Broadcast()
        let door = FrontDoor(
            router: boundaries.router, program: boundaries.proxyProgram, partName: boundaries.proxyName,
            changes: changes, fence: fence, log: log)

        // What every loop shares.
        let now: @Sendable () -> Timestamp = { Timestamp(milliseconds: WallClock.milliseconds()) }
        let ports = PortDesk(
            range: configuration.runtime.ports,
            leases: try await StartFailure.asking { () async throws in try await records.portLeases() },
            records: records, isUnused: boundaries.isPortUnused, now: now)
        let deployer = Deployer(
            engine: boundaries.engine, router: boundaries.router, instance: instance,
            subnets: SubnetBlock(
                address: configuration.runtime.subnets.address, prefixLength: configuration.runtime.subnets.prefixLength
            ),
            ports: ports, looks: boundaries.looks, hostNetworks: boundaries.hostNetworks, decisions: deciding, log: log)
        let front = FrontAddress(scheme: "http", port: configuration.router.httpPort)
        let parts = DaemonParts(
            ledger: records, deployer: deployer,
            configurations: EnvironmentConfigurations(domain: configuration.router.domain, front: front),
            changes: changes, fence: fence, log: log, decisions: decisions)

        // A loop for every project, and what wakes them.
        let projects = Projects()
        let watcher = RepositoryWatcher(
            transport: boundaries.remotes, interval: configuration.poll.interval, log: log
        ) { observation in
            for name in observation.projects { await projects.loop(name)?.take(observation) }
        }
        let watch = WorldWatch(
            deployer: deployer, socket: boundaries.engineName, projects: projects, changes: changes, log: log)
        let stored = try await StartFailure.asking { () async throws in try await records.projects() }
        for settings in configuration.projects {
            let loop = try await projectLoop(
                settings, stored: stored.first { $0.name == settings.name }, isAmnesiac: isAmnesiac,
                configuration: configuration, boundaries: boundaries, parts: parts,
                look: { watcher.look(at: settings.name) })
            await projects.add(loop)
            watcher.watch(settings.name, credential: settings.credential.loader, address: settings.repository)
        }
        let control = DaemonControl(
            parts: parts, projects: projects, watch: watch, door: door, watcher: watcher, links: boundaries.links,
            configuration: configuration,
            identity: .init(
                version: Assembly.version, instance: instance, startedAt: now(), engineName: boundaries.engineName),
            checks: [
                ReadinessCheck(.engine) { await watch.unreadiness },
                ReadinessCheck(.proxy) { await door.unreadiness },
                ReadinessCheck(.disk) { FreeSpace.problem(at: configuration.state) },
                ReadinessCheck(.store) { await RecordsCheck.problem(of: parts) },
            ])
        let housekeeping = Housekeeping(projects: projects, parts: parts, mustAdopt: isAmnesiac)
        var services: [any Service] =
            [fence, door, watch, housekeeping, ExpiryWatch(projects: projects)] + (await projects.all) + [watcher]
        for loop in await projects.all {
            guard let link = boundaries.links[loop.project] else { continue }
            services.append(
                PullRequestWatch(link: link, interval: configuration.poll.interval, loop: loop, parts: parts))
            guard link.reports else { continue }
            services.append(
                HostReporter(link: link, environments: { await control.environments(of: loop) }, parts: parts))
        }
        if let interval = boundaries.lookInterval {
            services.append(HealthWatch(projects: projects, interval: interval))
        }
        return Composition(control: control, services: services)
    }

    private static func projectLoop(
        _ settings: Configuration.Project, stored: StoredProject?, isAmnesiac: Bool, configuration: Configuration,
        boundaries: Boundaries, parts: DaemonParts, look: @escaping @Sendable () -> Void
    ) async throws(StartFailure) -> ProjectLoop {
        let name = settings.name
        let project = stored ?? StoredProject(name: name, remote: settings.repository, addedAt: parts.now())
        let records = parts.ledger
        if stored == nil { try await StartFailure.asking { () async throws in try await records.save(project) } }
        let environments = try await StartFailure.asking { () async throws in
            try await records.environments(of: name)
        }
        var last: [EnvironmentName: Deployment] = [:]
        for record in environments {
            if record.live != nil { await parts.recovery.expect(record.id, record.kind) }
            last[record.id.name] = try await StartFailure.asking { () async throws in
                try await records.deployments(of: name, environment: record.id.name, limit: 1).first
            }
        }
        let images = ImageDesk(
            project: name, mirror: boundaries.mirrorPath(name), logDirectory: boundaries.buildLogs,
            builder: boundaries.images, engine: boundaries.engine, registries: configuration.registryCredentials,
            parts: parts)
        return ProjectLoop(
            stored: project,
            refs: try await StartFailure.asking { () async throws in try await records.knownRefs(of: name) },
            records: environments, last: last, isAmnesiac: isAmnesiac, reading: boundaries.reading(settings),
            images: images, parts: parts, look: look)
    }
}
