import ContainerEngine
import Daemon
import Deployer
import Model
import Store

extension World {
    /// Something happens from outside.
    func happen(_ event: Event) {
        guard oracle.violation == nil, !isCalm else { return }
        switch event {
        case .push(let project, let branch, let tree, let hint):
            let repository = repositories[project % repositories.count]
            let name = Self.branch(branch + (branch > 0 ? tree % 4 : 0))
            repository.push(name, tree: tree)
            announce(repository, name, hint)
        case .forcePush(let project, let branch, let back, let hint):
            let repository = repositories[project % repositories.count]
            let name = Self.branch(branch)
            guard let tips = repository.tips[name], repository.tip(name) != nil, tips.count > back else { return }
            repository.set(name, tips[tips.count - 1 - back])
            announce(repository, name, hint)
        case .deleteBranch(let project, let branch, let hint):
            let repository = repositories[project % repositories.count]
            let name = Self.branch(branch == 0 ? 7 : branch)
            guard name != repository.head, repository.refs.removeValue(forKey: name) != nil else { return }
            announce(repository, name, hint)
        case .deleteManyBranches(let project):
            let repository = repositories[project % repositories.count]
            for name in repository.refs.keys where name.isBranch && name != repository.head {
                repository.refs[name] = nil
            }
        case .merge(let project, let branch, let hint):
            let repository = repositories[project % repositories.count]
            guard let head = repository.head, let tip = repository.tip(Self.branch(max(1, branch))) else { return }
            // Half of the merges are fast forwards; the others are commits with the same tree.
            if branch.isMultiple(of: 2) {
                repository.set(head, tip)
            } else {
                repository.push(head, tree: repository.trees[tip] ?? 0)
            }
            announce(repository, head, hint)
        case .tag(let project, let step, let hint):
            let repository = repositories[project % repositories.count]
            guard let head = repository.head, let tip = repository.tip(head) else { return }
            repository.tag(tip, step: step)
            announce(repository, head, hint)
        case .tagLower(let project, let hint):
            let repository = repositories[project % repositories.count]
            guard let head = repository.head, let tip = repository.tip(head) else { return }
            repository.tagLower(tip)
            announce(repository, head, hint)
        case .moveTag(let project):
            let repository = repositories[project % repositories.count]
            guard let tag = repository.tags.last, let head = repository.head, let tip = repository.tip(head) else {
                return
            }
            repository.move(tag: tag, to: tip)
        case .deleteTag(let project):
            let repository = repositories[project % repositories.count]
            guard let tag = repository.tags.last else { return }
            repository.refs[tag] = nil
        case .renameDefault(let project):
            let repository = repositories[project % repositories.count]
            guard let head = repository.head, let tip = repository.tip(head) else { return }
            let name = RefName.branch(head.short == "main" ? "trunk" : "main")
            repository.refs[head] = nil
            repository.set(name, tip)
            repository.head = name
        case .staleDelivery(let project):
            let repository = repositories[project % repositories.count]
            deliver(repository, .branch("main"), id: "stale-\(deliveryCount / 2)")
        case .hold(let project, let environment):
            ask(project, environment) { control, id in try await control.hold(id, reason: "a person") }
        case .resume(let project, let environment):
            ask(project, environment) { control, id in try await control.resume(id) }
        case .rollback(let project, let environment):
            ask(project, environment) { control, id in
                try await control.rollback(id, to: nil, reason: "a person")
            }
        case .deploy(let project, let environment, let number):
            let repository = repositories[project % repositories.count]
            let commits = repository.trees.keys.sorted()
            let commit = commits[number % commits.count]
            ask(project, environment, commit: commit) { control, id in try await control.deploy(commit, to: id) }
        case .delete(let project, let environment):
            ask(project, environment) { control, id in try await control.delete(id) }
        case .approveDeletions(let project):
            let name = repositories[project % repositories.count].name
            guard let control = running?.control else { return }
            Task { try? await control.approveDeletions(of: name) }
        case .confirmDefault(let project):
            let name = repositories[project % repositories.count].name
            guard let control = running?.control else { return }
            Task { try? await control.confirmDefaultBranch(of: name) }
        default: break_(event)
        }
    }

    private func break_(_ event: Event) {
        switch event {
        case .blow(let blow, let crossing, let nth): arm(blow, on: crossing, nth: nth)
        case .engineDown(let milliseconds): engineGoes(for: milliseconds)
        case .engineRestart:
            engineGoes(for: 1500)
            for container in engine.ordered where container.isAlive {
                container.isDisturbed = true
                oracle.isDisturbed = true
                container.state = .exited
                // What has a restart policy comes back with the engine, most of the time.
                if chances.percent(80) {
                    machine.after(milliseconds: 1600) { [self] in
                        if container.state == .exited, engine.containers[container.id] != nil { started(container) }
                    }
                }
            }
        case .remoteDown(let project, let milliseconds):
            repositories[project % repositories.count].downUntil = machine.elapsed + Int64(milliseconds) * 1_000_000
        case .containerKilled(let number), .containerStopped(let number):
            guard let container = ours(number, where: { $0.isAlive }) else { return }
            container.isDisturbed = true
            oracle.isDisturbed = true
            ended(container, .died)
        case .containerPaused(let number):
            guard let container = ours(number, where: { $0.state == .running }) else { return }
            container.isDisturbed = true
            oracle.isDisturbed = true
            container.state = .paused
        case .containerRemoved(let number):
            guard let container = ours(number, where: { _ in true }) else { return }
            container.isDisturbed = true
            oracle.isDisturbed = true
            engine.containers[container.id] = nil
            oracle.gone(container)
            tell(.destroyed, container)
        case .nameTaken(let project):
            takeName(of: repositories[project % repositories.count])
        case .portTaken:
            let next = (disk.current.leases.keys.max() ?? 19_999) + 1
            if engine.listening(on: next) == nil { engine.takenPorts.insert(next) }
        case .imageRemoved(let number):
            let unused = engine.images.values.filter { image in
                !engine.containers.values.contains { $0.spec.image == image.id }
            }
            guard !unused.isEmpty else { return }
            oracle.areImagesLost = true
            engine.images[unused.map(\.id).sorted { $0.digest < $1.digest }[number % unused.count]] = nil
        case .networkRemoved(let number):
            let unused = engine.networks.values.filter { network in
                !engine.containers.values.contains { $0.spec.network == network.name }
            }
            guard !unused.isEmpty else { return }
            engine.networks[unused.map(\.id).sorted()[number % unused.count]] = nil
        case .proxyKilled: proxy.isRunning = false
        case .routesLost: proxy.table = RouteTable()
        case .proxyRefuses(let milliseconds):
            proxy.refusesUntil = machine.elapsed + Int64(milliseconds) * 1_000_000
        case .diskFull(let milliseconds):
            oracle.areLeasesForgotten = true
            diskFullUntil = machine.elapsed + Int64(milliseconds) * 1_000_000
        case .wallJump(let milliseconds): machine.wallOffset += milliseconds
        case .suspended(let milliseconds): machine.suspend(milliseconds: milliseconds)
        case .crash(let downFor): if let life = running { crash(life, downFor: downFor) }
        case .secondDaemon: if running != nil { start() }
        case .reboot(let downFor): reboot(downFor: downFor)
        case .recordsLost(let downFor):
            oracle.recordsLost()
            for life in lives { crash(life, downFor: downFor) }
            disk.lose()
        default: break
        }
    }

    /// The host goes down and comes back: nothing runs but what the engine starts by itself.
    private func reboot(downFor: Int) {
        oracle.areLeasesForgotten = true
        proxy.isRunning = false
        for life in lives { crash(life, downFor: downFor) }
        disk.losePower(&chances)
        for container in engine.ordered where container.isAlive {
            container.isDisturbed = true
            oracle.isDisturbed = true
            container.state = .exited
            guard chances.percent(50) else { continue }
            machine.after(milliseconds: Double(downFor / 2)) { [self] in
                if container.state == .exited, engine.containers[container.id] != nil { started(container) }
            }
        }
        engine.downUntil = machine.elapsed + Int64(downFor) * 500_000
        proxy.isRunning = chances.percent(50)
    }

    private func ours(_ number: Int, where isMeant: (EngineState.Container) -> Bool) -> EngineState.Container? {
        let candidates = engine.ordered.filter { $0.isOurs && isMeant($0) }
        return candidates.isEmpty ? nil : candidates[number % candidates.count]
    }

    /// A stranger makes a container under a name that one of ours will want.
    private func takeName(of repository: Repository) {
        guard let head = repository.head, let tip = repository.tip(head) else { return }
        let tree = repository.tree(of: tip)
        guard let service = tree.services?.first,
            let release = disk.current.releases[repository.name]?.values.first(where: { $0.content == tree.content }),
            let staging = EnvironmentName("production")
        else { return }
        let name = ContainerNames.container(
            of: EnvironmentID(project: repository.name, name: staging), service: service.name, release: release.id,
            ordinal: 1)
        guard engine.named(name) == nil, let image = engine.images.keys.sorted(by: { $0.digest < $1.digest }).first
        else { return }
        let spec = ContainerSpec(
            name: name, image: image, command: nil, environment: [:], labels: ["stranger": "yes"], network: "bridge",
            networkAliases: [], publish: nil)
        let container = EngineState.Container(id: engine.freshID(), spec: spec, createdAt: wall)
        container.state = .running
        engine.containers[container.id] = container
    }

    static func branch(_ number: Int) -> RefName { .branch(Repository.branches[number % Repository.branches.count]) }

    // Deliveries

    private func announce(_ repository: Repository, _ ref: RefName, _ hint: Event.Hint) {
        deliveryCount += 1
        let id = "delivery-\(deliveryCount)"
        switch hint {
        case .prompt: deliver(repository, ref, id: id)
        case .doubled:
            deliver(repository, ref, id: id)
            deliver(repository, ref, id: id)
        case .late(let milliseconds):
            machine.after(milliseconds: Double(milliseconds)) { [self] in deliver(repository, ref, id: id) }
        case .dropped: break
        }
    }

    private func deliver(_ repository: Repository, _ ref: RefName, id: String) {
        guard let life = running, let control = life.control else { return }
        let delivery = NewDelivery(
            project: repository.name, host: "simulated", deliveryID: id, event: "push", receivedAt: wall, ref: ref,
            announced: repository.tip(ref))
        let world = self
        Task {
            // An answer reaches the sender only from a daemon that lives to send it.
            if await control.accept(delivery) == .accepted, !life.isDead { world.oracle.acknowledged(delivery) }
        }
    }

    // People

    private func ask(
        _ project: Int, _ number: Int, commit: ObjectID? = nil,
        _ body: @escaping @Sendable (DaemonControl, EnvironmentID) async throws -> Void
    ) {
        let repository = repositories[project % repositories.count]
        let known = (disk.current.environments[repository.name] ?? [:]).keys.sorted()
        guard let life = running, let control = life.control, !known.isEmpty else { return }
        let id = EnvironmentID(project: repository.name, name: known[number % known.count])
        oracle.personActed(on: id, commit: commit)
        Task { try? await body(control, id) }
    }
}
