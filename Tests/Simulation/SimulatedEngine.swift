import ContainerEngine
import Deployer
import HTTPClient
import Model

/// The container engine as one life of the daemon reaches it.
// Unchecked: see SimulatedMachine.
struct SimulatedEngine: EngineCalls, @unchecked Sendable {
    let world: World
    let life: Life

    private func call<Value>(
        _ crossing: Crossing, _ name: String, _ effect: @escaping () -> Result<Value, EngineError>
    ) async throws(EngineError) -> Value {
        let world = world
        let outcome = await world.cross(crossing, life) { () -> Result<Value, EngineError> in
            guard world.machine.elapsed >= world.engine.downUntil else {
                return .failure(
                    EngineError(status: 0, code: .cannotConnect, message: "nobody listens", request: name))
            }
            return effect()
        }
        switch outcome {
        case .value(let result): return try result.get()
        case .cut(.cancelled): throw EngineError(status: 0, code: .aborted, message: "cancelled", request: name)
        case .cut(.dead), .cut(.failed):
            throw EngineError(status: 0, code: .receiveFailed, message: "the connection broke", request: name)
        }
    }

    private static func has(_ labels: [String: String], _ wanted: [String: String]) -> Bool {
        wanted.allSatisfy { label in labels[label.key].map { label.value.isEmpty || $0 == label.value } ?? false }
    }

    private static func refusal<Value>(_ status: Int, _ message: String) -> Result<Value, EngineError> {
        .failure(EngineError(status: status, message: message, request: "simulation"))
    }

    private func shown(_ container: EngineState.Container) -> EngineContainer {
        EngineContainer(
            id: container.id, name: container.spec.name, imageID: container.spec.image, state: container.state,
            labels: container.spec.labels, createdAt: container.createdAt)
    }

    func containers(labels: [String: String], all: Bool) async throws(EngineError) -> [EngineContainer] {
        try await call(.listContainers, "list") { [world] in
            world.oracle.listedContainers(life)
            return .success(world.engine.ordered.filter { Self.has($0.spec.labels, labels) }.map(shown))
        }
    }

    /// No simulated build leaves anything behind.
    func allImages() async throws(EngineError) -> [EngineImage] { [] }

    func inspect(container: String) async throws(EngineError) -> ContainerDetail? {
        try await call(.inspect, "inspect") { [world] in
            world.oracle.inspected(container, life)
            guard let found = world.engine.named(container) else { return .success(nil) }
            return .success(
                ContainerDetail(
                    container: shown(found), exitCode: found.state == .exited ? 1 : nil, restartCount: found.restarts))
        }
    }

    func create(_ spec: ContainerSpec) async throws(EngineError) -> String {
        let attempt = world.oracle.createBegan(spec, life)
        let id: String
        do throws(EngineError) {
            id = try await make(spec)
        } catch {
            // Refused in so many words, or never sent: nothing is open.
            if error.status != 0 || error.isCancelled { world.oracle.createConfirmed(attempt, life) }
            throw error
        }
        world.oracle.createConfirmed(attempt, life)
        return id
    }

    private func make(_ spec: ContainerSpec) async throws(EngineError) -> String {
        try await call(.create, "create \(spec.name)") { [world] () -> Result<String, EngineError> in
            if world.engine.named(spec.name) != nil { return Self.refusal(409, "that name is already in use") }
            guard world.engine.images[spec.image] != nil else { return Self.refusal(404, "no such image") }
            guard world.engine.networks.values.contains(where: { $0.name == spec.network }) else {
                return Self.refusal(500, "network not found")
            }
            let container = EngineState.Container(id: world.engine.freshID(), spec: spec, createdAt: world.wall)
            world.oracle.creates(container, life)
            world.engine.containers[container.id] = container
            world.tell(.created, container)
            return .success(container.id)
        }
    }

    func start(_ id: String) async throws(EngineError) {
        try await call(.start, "start \(id)") { [world] () -> Result<Void, EngineError> in
            guard let container = world.engine.named(id) else { return Self.refusal(404, "no such container") }
            world.oracle.touches(container, "start")
            if container.state == .running { return .success(()) }
            if container.state == .paused { return Self.refusal(409, "cannot start a paused container") }
            if let port = container.port,
                world.engine.takenPorts.contains(port) || world.engine.listening(on: port) != nil
            {
                return Self.refusal(500, "address already in use")
            }
            container.isDisturbed = false
            world.started(container)
            return .success(())
        }
    }

    func stop(_ id: String, timeout: Duration?) async throws(EngineError) {
        var isExcused = false
        if let container = world.engine.named(id), !life.isDead, !Task.isCancelled {
            isExcused = world.oracle.retires(container, life)
        }
        try await call(.stop, "stop \(id)") { [world, isExcused] () -> Result<Void, EngineError> in
            guard let container = world.engine.named(id) else { return .success(()) }
            world.oracle.touches(container, "stop")
            world.oracle.takesAway(container, life, isExcused: isExcused)
            world.ended(container, .stopped)
            return .success(())
        }
    }

    func remove(_ id: String, force: Bool, volumes: Bool) async throws(EngineError) {
        var isExcused = false
        if let container = world.engine.named(id), !life.isDead, !Task.isCancelled {
            isExcused = world.oracle.retires(container, life)
        }
        try await call(.remove, "remove \(id)") { [world, isExcused] () -> Result<Void, EngineError> in
            guard let container = world.engine.named(id) else { return .success(()) }
            world.oracle.touches(container, "remove")
            world.oracle.takesAway(container, life, isExcused: isExcused)
            world.engine.containers[container.id] = nil
            world.tell(.destroyed, container)
            return .success(())
        }
    }

    func logs(
        container: String, tail: Int?, follow: Bool, onChunk: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(EngineError) {}

    func events(
        labels: [String: String], onConnected: @escaping @Sendable () -> Void,
        onEvent: @escaping @Sendable (EngineEvent) -> Void
    ) async throws(EngineError) {
        let stream = EventStream(onEvent: onEvent)
        try await call(.listContainers, "events") { [world, life] in
            if !life.isDead { life.listeners.append(stream) } else { stream.close() }
            world.oracle.listedContainers(life)
            onConnected()
            return .success(())
        }
        await stream.wait()
        life.listeners.removeAll { $0 === stream }
    }

    func inspectImage(_ reference: String) async throws(EngineError) -> ImageDetail? {
        try await call(.image, "inspect image") { [world] in
            guard let id = ImageID(reference), let image = world.engine.images[id] else { return .success(nil) }
            return .success(
                ImageDetail(
                    id: id, exposedTCPPorts: [], sizeBytes: 1,
                    labels: image.isForeign ? [:] : [Label.instance: World.instance]))
        }
    }

    func removeImage(_ reference: String, force: Bool) async throws(EngineError) {
        try await call(.image, "remove image") { [world] () -> Result<Void, EngineError> in
            guard let id = ImageID(reference), let image = world.engine.images[id] else { return .success(()) }
            world.oracle.removes(image)
            guard !world.engine.containers.values.contains(where: { $0.spec.image == id }) else {
                return Self.refusal(409, "image is in use")
            }
            world.engine.images[id] = nil
            return .success(())
        }
    }

    func networks(labels: [String: String]) async throws(EngineError) -> [EngineNetwork] {
        try await call(.network, "networks") { [world] in
            world.oracle.listedNetworks(life)
            return .success(
                world.engine.networks.values.filter { Self.has($0.labels, labels) }.sorted { $0.id < $1.id })
        }
    }

    func createNetwork(
        name: String, subnet: String?, labels: [String: String]
    ) async throws(EngineError) -> String {
        let attempt = world.oracle.networkBegan(name, life)
        let id: String
        do throws(EngineError) {
            id = try await makeNetwork(name, subnet, labels)
        } catch {
            if error.status != 0 || error.isCancelled { world.oracle.networkConfirmed(attempt, life) }
            throw error
        }
        world.oracle.networkConfirmed(attempt, life)
        return id
    }

    private func makeNetwork(
        _ name: String, _ subnet: String?, _ labels: [String: String]
    ) async throws(EngineError) -> String {
        try await call(.network, "create network \(name)") { [world] () -> Result<String, EngineError> in
            if world.engine.networks.values.contains(where: { $0.name == name }) {
                return Self.refusal(409, "network already exists")
            }
            if let subnet, world.engine.networks.values.contains(where: { $0.subnets == [subnet] }) {
                return Self.refusal(403, "Pool overlaps with other one on this address space")
            }
            let id = world.engine.freshID()
            world.engine.networks[id] = EngineNetwork(
                id: id, name: name, subnets: subnet.map { [$0] } ?? [], labels: labels)
            world.engine.owners[id] = LabelSet(labels)?.environment
            return .success(id)
        }
    }

    func removeNetwork(_ id: String) async throws(EngineError) {
        try await call(.network, "remove network \(id)") { [world] () -> Result<Void, EngineError> in
            guard
                let network = world.engine.networks[id] ?? world.engine.networks.values.first(where: { $0.name == id })
            else { return .success(()) }
            world.oracle.touches(network.labels, "network \(network.name)")
            if world.engine.containers.values.contains(where: { $0.spec.network == network.name }) {
                return Self.refusal(403, "network is being used")
            }
            world.engine.networks[network.id] = nil
            return .success(())
        }
    }

    func volumes(labels: [String: String]) async throws(EngineError) -> [EngineVolume] {
        try await call(.volume, "volumes") { [world] in
            .success(world.engine.volumes.values.filter { Self.has($0.labels, labels) }.sorted { $0.name < $1.name })
        }
    }

    func createVolume(name: String, labels: [String: String]) async throws(EngineError) {
        try await call(.volume, "create volume \(name)") { [world] in
            if world.engine.volumes[name] == nil {
                world.engine.volumes[name] = EngineVolume(name: name, labels: labels)
            }
            return .success(())
        }
    }

    func removeVolume(_ name: String) async throws(EngineError) {
        try await call(.volume, "remove volume \(name)") { [world] in
            if let volume = world.engine.volumes[name] { world.oracle.touches(volume.labels, "volume \(name)") }
            world.engine.volumes[name] = nil
            return .success(())
        }
    }
}

extension World {
    /// A container's process runs from now on.
    func started(_ container: EngineState.Container) {
        changed()
        container.state = .running
        container.startedAt = machine.elapsed
        container.isProven = false
        tell(.started, container)
        if case .ends = engine.behaviour(of: container) {
            machine.after(milliseconds: Double(50 + chances.below(800))) { [self] in
                guard container.state == .running, engine.containers[container.id] === container else { return }
                changed()
                container.restarts += 1
                tell(.died, container)
                // The engine starts it again, over and over, until somebody stops it.
                if container.restarts < 4 { started(container) } else { container.state = .exited }
            }
        }
    }

    /// A container's process has ended.
    func ended(_ container: EngineState.Container, _ kind: EngineEvent.Kind) {
        guard container.isAlive else { return }
        changed()
        container.state = .exited
        tell(kind, container)
    }

    /// Everybody who listens hears of it, a little later.
    func tell(_ kind: EngineEvent.Kind, _ container: EngineState.Container) {
        guard container.isOurs else { return }
        let event = EngineEvent(
            kind: kind, containerID: container.id, name: container.spec.name, labels: container.spec.labels, at: wall)
        for life in lives where !life.isDead {
            for listener in life.listeners {
                machine.after(milliseconds: Double(chances.below(30))) { listener.onEvent(event) }
            }
        }
    }

    /// The engine goes away, and its streams end.
    func engineGoes(for milliseconds: Int) {
        engine.downUntil = max(engine.downUntil, machine.elapsed + Int64(milliseconds) * 1_000_000)
        for life in lives {
            let listeners = life.listeners
            life.listeners = []
            for listener in listeners { listener.close() }
        }
    }
}
