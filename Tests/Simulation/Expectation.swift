import ContainerEngine
import Deployer
import Model
import Store

/// What one project should look like once nothing disturbs it any more, from Git alone.
struct Expectation {
    let world: World
    let repository: Repository
    let oracle: Oracle

    private var records: [EnvironmentName: EnvironmentRecord] {
        world.disk.current.environments[repository.name] ?? [:]
    }

    func unfinished() -> Violation? {
        var spoken: Set<EnvironmentName> = []
        if let head = repository.head, let tip = repository.tip(head) {
            spoken.insert(.staging)
            if let problem = follows(.staging, tip) { return problem }
        }
        if let tip = repository.tip(.branch("develop")), repository.head != .branch("develop") {
            spoken.insert(.development)
            if let problem = follows(.development, tip) { return problem }
        }
        let known = world.disk.current.refs[repository.name] ?? [:]
        for ref in repository.refs.values where ref.name.isBranch {
            guard ref.name != repository.head, ref.name != .branch("develop") else { continue }
            let name = EnvironmentName.preview(of: ref.name) { _ in Names.digest(ref.name.description) }
            spoken.insert(name)
            guard let remembered = known[ref.name] else {
                return Violation(invariant: "I-10", message: "\(repository.name): nobody knows \(ref.name)")
            }
            if remembered.commit != ref.commit {
                return Violation(invariant: "I-10", message: "\(repository.name): \(ref.name) is not up to date")
            }
            if remembered.isBaseline, records[name] == nil { continue }
            if let problem = follows(name, ref.commit) { return problem }
        }
        if let problem = production() { return problem }
        if let problem = gone(spoken) { return problem }
        for record in records.values.sorted(by: { $0.id < $1.id }) {
            if let problem = consistency(of: record) { return problem }
        }
        return strays()
    }

    private func violation(_ invariant: String, _ id: EnvironmentName, _ message: String) -> Violation {
        Violation(invariant: invariant, message: "\(repository.name)/\(id): \(message)")
    }

    /// An environment that runs what a branch names, or says why not.
    private func follows(_ name: EnvironmentName, _ commit: ObjectID) -> Violation? {
        let stored = world.disk.current.projects[repository.name]
        if stored?.dismissed[name] != nil { return nil }
        // Before the default branch's manifest could be used once, nobody knows what there should be.
        if stored?.lastGoodPolicies == nil, let head = repository.head, let tip = repository.tip(head),
            repository.tree(of: tip).services == nil
        {
            return nil
        }
        guard let record = records[name] else { return violation("I-10", name, "does not exist") }
        if record.hold != nil || record.requested != nil || record.pinned != nil { return nil }
        if record.live?.commit == commit { return nil }
        let tree = repository.tree(of: commit)
        // A default branch without a usable manifest changes nothing anywhere.
        if tree.services == nil { return nil }
        if !tree.isGood {
            return record.failed?.commit == commit
                ? nil : violation("I-10", name, "does not say why \(commit.short) fails")
        }
        // A container that ended while it started looks the same whoever ended it: a new commit is asked for.
        let isBlamed = record.failed?.failure.reason == .containerExited || record.failed?.failure.reason == .unhealthy
        if record.failed?.commit == commit, isBlamed, oracle.isDisturbed { return nil }
        let failure = record.failed.map { "; \($0.commit.short) failed: \($0.failure.message)" } ?? ""
        return violation(
            "I-10", name, "runs \(record.live?.commit.short ?? "nothing") and should run \(commit.short)\(failure)")
    }

    private func production() -> Violation? {
        guard let staging = records[.staging], let stored = world.disk.current.projects[repository.name] else {
            return nil
        }
        let known = world.disk.current.refs[repository.name] ?? [:]
        let highest = repository.tags.max { version($0) < version($1) }
        guard let highest, let tag = known[highest], !tag.isBaseline, tag.movedTo == nil else { return nil }
        guard stored.confirmedDefaultBranch == stored.defaultBranch else { return nil }
        let tree = repository.tree(of: tag.commit)
        guard staging.healthy.contains(where: { $0.content == tree.content }) else { return nil }
        let record = records[.production]
        if stored.dismissed[.production] != nil { return nil }
        if let record {
            if record.hold != nil || record.requested != nil { return nil }
            if record.live != nil {
                guard let running = record.ref, running.isTag, version(running) <= version(highest) else { return nil }
            }
            let isBlamed =
                record.failed?.failure.reason == .containerExited || record.failed?.failure.reason == .unhealthy
            if oracle.isDisturbed, isBlamed, record.failed?.commit == tag.commit { return nil }
            if oracle.areImagesLost, record.failed?.commit == tag.commit { return nil }
        }
        if record?.live?.commit == tag.commit { return nil }
        let failure = record?.failed.map { "; \($0.commit.short) failed: \($0.failure.message)" } ?? ""
        return violation(
            "I-10", .production,
            "runs \(record?.live?.commit.short ?? "nothing"), and \(highest.short) names \(tag.commit.short)\(failure)")
    }

    private func version(_ tag: RefName) -> Int {
        Int(tag.short.split(separator: ".").dropFirst().first ?? "") ?? 0
    }

    /// Previews whose branch is gone are gone with everything they had.
    private func gone(_ spoken: Set<EnvironmentName>) -> Violation? {
        let previews = records.values.filter { $0.kind == .preview }
        let left = previews.filter { !spoken.contains($0.id.name) }
        let unheld = left.filter { $0.hold == nil }
        // Many at once need a person's consent.
        if unheld.count > 5, unheld.count * 2 > previews.count { return nil }
        for record in unheld.sorted(by: { $0.id < $1.id }) {
            guard let ref = record.ref, repository.refs[ref] == nil else { continue }
            return violation("I-3", record.id.name, "its branch is gone and it is still there")
        }
        return nil
    }

    /// What is remembered of an environment is what runs.
    private func consistency(of record: EnvironmentRecord) -> Violation? {
        let name = record.id.name
        let deployments = world.disk.current.deployments.values.filter { $0.environment == record.id }
        let live = deployments.filter { $0.state == .live }
        if !oracle.areRecordsLost, live.count > 1 {
            return violation("I-2", name, "has \(live.count) deployments that are live")
        }
        if let open = deployments.first(where: { !$0.state.isFinal }) {
            return violation("I-2", name, "deployment \(open.number) never comes to an end")
        }
        let containers = world.engine.ordered.filter { $0.environment == record.id }
        guard let runs = record.live else {
            // What never became live is left for people to look at.
            return nil
        }
        guard let release = world.disk.current.releases[repository.name]?[runs.release] else {
            return oracle.areRecordsLost ? nil : violation("I-2", name, "release \(runs.release.short) is forgotten")
        }
        // Without a memory, a container that never became healthy may have been taken for what runs.
        if oracle.areRecordsLost, !repository.tree(of: runs.commit).isGood { return nil }
        let lostImage = release.services.first { world.engine.images[$0.image] == nil }
        if lostImage != nil { return nil }
        var ports: Set<Int> = []
        for service in release.services {
            for replica in 1...service.definition.replicas {
                let members = containers.filter {
                    $0.service == service.name && $0.replica == replica && $0.release == release.id
                        && $0.configuration == runs.configuration
                }
                guard members.count == 1, let member = members.first else {
                    return violation("I-10", name, "has \(members.count) containers for \(service.name) \(replica)")
                }
                guard member.state == .running else {
                    return violation("I-10", name, "\(member.spec.name) is \(member.state.rawValue)")
                }
                if service.definition.isPublic, let port = member.port { ports.insert(port) }
            }
        }
        let expected = release.services.reduce(0) { $0 + $1.definition.replicas }
        if containers.count != expected, !oracle.areRecordsLost {
            return violation("I-3", name, "has \(containers.count) containers instead of \(expected)")
        }
        let routed = Set(world.proxy.table[record.id].flatMap(\.ports))
        if routed != ports {
            return violation("I-10", name, "is routed to \(routed.sorted()), not to \(ports.sorted())")
        }
        return nil
    }

    /// What no environment has any more.
    private func strays() -> Violation? {
        // What an environment left that was not known to the new records stays, until a person looks at it.
        if oracle.areRecordsLost { return nil }
        let project = repository.name
        for container in world.engine.ordered where container.environment?.project == project {
            guard let id = container.environment, records[id.name] == nil else { continue }
            return violation("I-3", id.name, "\(container.spec.name) is an orphan")
        }
        for network in world.engine.networks.values.sorted(by: { $0.name < $1.name }) {
            guard let id = world.engine.owners[network.id], id.project == project, records[id.name] == nil else {
                continue
            }
            return violation("I-3", id.name, "network \(network.name) is an orphan")
        }
        for volume in world.engine.volumes.values.sorted(by: { $0.name < $1.name }) {
            guard let id = LabelSet(volume.labels)?.environment, id.project == project, records[id.name] == nil else {
                continue
            }
            return violation("I-3", id.name, "volume \(volume.name) is an orphan")
        }
        for id in world.proxy.table.environments.keys.sorted() where id.project == project {
            if records[id.name] == nil { return violation("I-3", id.name, "its routes are left over") }
        }
        return nil
    }
}
