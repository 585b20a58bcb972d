package import Config
package import Deployer
package import Lifecycle
import Model
import Store
import Watcher

/// The watcher as loops know it, which it tells of what it sees: neither keeps the other.
private struct Lookout: Sendable {
    weak let watcher: RepositoryWatcher?
}

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
        let projects = Projects()
        let door = FrontDoor(
            router: boundaries.router, program: boundaries.proxyProgram, partName: boundaries.proxyName,
            changes: changes, fence: fence, log: log
        ) {
            // The routes are files, and a disk that is full is one they cannot be written to.
            await projects.cameBack([.proxyUnavailable, .diskFull])
        }

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
        let capacityWake = Wake()
        let capacity = Capacity(
            budget: MemoryBudget(
                reserve: configuration.limits.memoryReserveBytes.map { Int64($0) },
                buildBytes: Int64(configuration.limits.buildMemoryBytes), buildLimit: configuration.runtime.builds),
            mustLook: { capacityWake.ring() })
        let parts = DaemonParts(
            ledger: records, deployer: deployer,
            configurations: EnvironmentConfigurations(domain: configuration.router.domain, front: front),
            changes: changes, fence: fence, quarantine: boundaries.quarantine, log: log, decisions: decisions,
            capacity: capacity, hooks: boundaries.hooks)

        // A loop for every project, and what wakes them.
        let watcher = RepositoryWatcher(
            transport: boundaries.remotes, interval: configuration.poll.interval, log: log
        ) { observation in
            if case .failure(let failure) = observation.result, failure.reason == .remoteUnauthorised {
                for settings in configuration.projects where observation.projects.contains(settings.name) {
                    await boundaries.accounts.refused(settings)
                }
            }
            for name in observation.projects { await projects.loop(name)?.take(observation) }
        }
        let lookout = Lookout(watcher: watcher)
        let watch = WorldWatch(
            deployer: deployer, socket: boundaries.engineName, projects: projects, changes: changes, log: log)
        let stored = try await StartFailure.asking { () async throws in try await records.projects() }
        var dormant: [any Service] = []
        let doubts = try await StartFailure.asking { () async throws in try await records.doubts() }
        for settings in configuration.projects {
            let begin = { @Sendable () async throws(StartFailure) -> ProjectLoop in
                let loop = try await Quarantine.holding(.project(settings.name)) { () async throws(StartFailure) in
                    let project =
                        stored.first { $0.name == settings.name }
                        ?? StoredProject(name: settings.name, remote: settings.repository, addedAt: parts.now())
                    if !stored.contains(where: { $0.name == settings.name }) {
                        try await StartFailure.asking { () async throws in try await records.save(project) }
                    }
                    return try await projectLoop(
                        project, reading: boundaries.reading(settings), isAmnesiac: isAmnesiac,
                        doubt: doubts[settings.name], configuration: configuration, boundaries: boundaries,
                        parts: parts,
                        source: PullRequestSource(
                            host: settings.host, isAsked: boundaries.links[settings.name] != nil,
                            want: { lookout.watcher?.want($0, of: settings.name) }),
                        look: { lookout.watcher?.look(at: settings.name) })
                }
                await projects.add(loop)
                let accounts = boundaries.accounts
                watcher.watch(
                    settings.name,
                    credential: { () async throws(StageFailure) in try await accounts.credential(of: settings) },
                    address: settings.repository)
                // Before the first listing, which would else be taken to show that they are gone.
                await loop.wantHeads()
                return loop
            }
            if parts.quarantine.suspect(.project(settings.name)) == nil {
                _ = try await begin()
            } else {
                dormant.append(
                    DormantProject(project: settings.name, quarantine: parts.quarantine, awaken: begin))
            }
        }
        // What the configuration names no more keeps running until a person removes it.
        for project in stored where !configuration.projects.contains(where: { $0.name == project.name }) {
            let loop = try await projectLoop(
                project, reading: nil, isAmnesiac: false, doubt: doubts[project.name], configuration: configuration,
                boundaries: boundaries, parts: parts, look: {})
            await projects.add(loop)
            log.warning("the configuration names no project '\(project.name)' any more: what it has keeps running")
        }
        let control = DaemonControl(
            parts: parts, projects: projects, watch: watch, door: door, watcher: watcher, links: boundaries.links,
            configuration: configuration,
            identity: .init(
                version: Assembly.version, instance: instance, startedAt: now(), engineName: boundaries.engineName),
            checks: [
                ReadinessCheck(.engine) { await watch.unreadiness },
                ReadinessCheck(.proxy) { await door.unreadiness },
                ReadinessCheck(.disk) { capacity.diskBlocker },
                ReadinessCheck(.store) { await RecordsCheck.problem(of: parts) },
            ], backups: boundaries.backups, notices: boundaries.notices)
        let housekeeping = Housekeeping(projects: projects, parts: parts, mustAdopt: isAmnesiac)
        let capacityWatch = CapacityWatch(
            .init(
                state: boundaries.state, reserve: configuration.limits.diskReserveBytes.map { UInt64($0) },
                cache: configuration.limits.buildCacheBytes.map { Int64($0) },
                space: boundaries.space, engine: boundaries.engineInfo),
            capacity: capacity, parts: parts, projects: projects, wake: capacityWake, housekeeping: housekeeping.wake)
        var services: [any Service] =
            [fence, door, watch, capacityWatch, housekeeping, ExpiryWatch(projects: projects, decisions: decisions)]
            + (await projects.all)
            + dormant + [watcher]
        for loop in await projects.all {
            guard let link = boundaries.links[loop.project] else { continue }
            services.append(
                PullRequestWatch(
                    link: link, interval: configuration.poll.interval, loop: loop,
                    commands: PullRequestCommands(link: link, loop: loop, control: control, parts: parts),
                    parts: parts))
            guard link.reports else { continue }
            services.append(
                HostReporter(
                    link: link, environments: { await control.environments(of: loop) },
                    isSettled: { await loop.knowsEveryEnvironment }, parts: parts))
        }
        if let interval = boundaries.lookInterval {
            services.append(HealthWatch(projects: projects, interval: interval))
        }
        return Composition(control: control, services: services)
    }

    private static func projectLoop(
        _ project: StoredProject, reading: (any CommitReading)?, isAmnesiac: Bool, doubt: Restoration?,
        configuration: Configuration, boundaries: Boundaries, parts: DaemonParts,
        source: PullRequestSource = PullRequestSource(), look: @escaping @Sendable () -> Void
    ) async throws(StartFailure) -> ProjectLoop {
        let name = project.name
        let records = parts.ledger
        let environments = try await StartFailure.asking { () async throws in
            try await records.environments(of: name)
        }
        var last: [EnvironmentName: Deployment] = [:]
        for record in environments {
            if let live = record.live {
                if record.stopped == nil { await parts.recovery.expect(record.id, record.kind) }
                let release = try await StartFailure.asking { () async throws in
                    try await records.release(live.release, of: name)
                }
                let defaults = parts.configurations.configuration(of: record.id, kind: record.kind, ref: record.ref)
                    .defaults
                let need = release.map { MemoryNeed.bytes(of: $0.services.map(\.definition), defaults: defaults) }
                parts.capacity.settle(record.stopped == nil ? need : nil, for: record.id, kind: record.kind)
            }
            last[record.id.name] = try await StartFailure.asking { () async throws in
                try await records.deployments(of: name, environment: record.id.name, limit: 1).first
            }
        }
        let images = ImageDesk(
            project: name, mirror: boundaries.mirrorPath(name), logDirectory: boundaries.buildLogs,
            builder: boundaries.images, engine: boundaries.engine, registries: configuration.registryCredentials,
            forkTier: .fork(hasNetwork: configuration.runtime.forkNetwork), parts: parts)
        let loop = ProjectLoop(
            stored: project,
            refs: try await StartFailure.asking { () async throws in try await records.knownRefs(of: name) },
            records: environments, last: last, isAmnesiac: isAmnesiac, doubt: doubt, reading: reading,
            images: images, parts: parts, source: source, look: look)
        await loop.resume(
            try await StartFailure.asking { () async throws in try await records.openAnnouncements(of: name) })
        return loop
    }
}
