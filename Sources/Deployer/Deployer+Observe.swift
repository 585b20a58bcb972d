import ContainerEngine
package import Model
import Synchronization

extension Deployer {
    /// Everything that carries our instance label, by environment, with what the proxy sends to it as far as that is known.
    package func observe() async throws(StageFailure) -> ObservedWorld {
        let lost = lostRemovals.all
        let world = try await observe(labels: [Label.instance: instance], withVolumes: true)
        let known = world.environments.values.lazy.flatMap(\.containers).compactMap { container in
            container.labels.port.map { (container.name, $0) }
        }
        await ports.found(Dictionary(known) { first, _ in first })
        lostRemovals.forget(lost.subtracting(world.environments.values.lazy.flatMap(\.containers).map(\.id)))
        hasSurveyed.withLock { $0 = true }
        return world
    }

    /// Sees to it that everything has been listed once: no port is lent before those that are in use are known.
    func survey() async throws(StageFailure) {
        if !hasSurveyed.withLock({ $0 }) { _ = try await observe() }
    }

    /// What exists of one environment.
    package func observe(_ id: EnvironmentID) async throws(StageFailure) -> ObservedEnvironment {
        try await observe(labels: labels(of: id), withVolumes: true).environment(id)
    }

    /// What exists of one environment, with what the proxy sends to it; fails where that is not known.
    package func observeServed(_ id: EnvironmentID) async throws(StageFailure) -> ObservedEnvironment {
        try await router.load()
        return try await observe(id)
    }

    /// What of one environment a plan needs: its volumes are not part of that, its routes must be known.
    func observeForPlan(_ id: EnvironmentID) async throws(StageFailure) -> ObservedEnvironment {
        try await router.load()
        return try await observe(labels: labels(of: id), withVolumes: false).environment(id)
    }

    /// The labels that everything of an environment carries.
    func labels(of id: EnvironmentID) -> [String: String] {
        LabelSet(instance: instance, environment: id).encoded
    }

    func observe(labels: [String: String], withVolumes: Bool) async throws(StageFailure) -> ObservedWorld {
        var world: [EnvironmentID: ObservedEnvironment] = [:]
        do throws(EngineError) {
            for container in try await engine.containers(labels: labels) {
                guard let read = self.labelReader.read(container.labels, of: container.id) else { continue }
                world[read.environment, default: .init(id: read.environment)].containers.append(
                    ObservedContainer(
                        id: container.id, name: container.name, image: container.imageID,
                        state: lostRemovals.contains(container.id) ? .dead : container.state,
                        labels: read, createdAt: container.createdAt))
            }
            for network in try await engine.networks(labels: labels) {
                guard let read = self.labelReader.read(network.labels, of: network.id) else { continue }
                world[read.environment, default: .init(id: read.environment)].networks.append(
                    ObservedNetwork(id: network.id, name: network.name, subnet: network.subnets.first))
            }
            for volume in withVolumes ? try await engine.volumes(labels: labels) : [] {
                guard let read = self.labelReader.read(volume.labels, of: "volume \(volume.name)") else { continue }
                world[read.environment, default: .init(id: read.environment)].volumes.append(
                    ObservedVolume(name: volume.name, labels: read))
            }
        } catch {
            throw .engine(error, "what runs cannot be listed")
        }
        // What the proxy has is ours by its ids. While it was never reached, no route is known: what runs still is.
        let isOfOne = labels[Label.environment] != nil
        for (id, routes) in await router.table.environments where !isOfOne || world[id] != nil {
            world[id, default: .init(id: id)].routes = routes
        }
        for id in world.keys { world[id]?.containers.sort { $0.name < $1.name } }
        return ObservedWorld(environments: world)
    }
}
