import ContainerEngine
import Lifecycle
import Model
import Synchronization

extension DeploymentRun {
    /// Makes one container, or finds the one that an unconfirmed request made.
    ///
    /// A name that a stranger has is left to it; the next one is tried.
    func create(
        _ launch: ContainerLaunch, of service: ReleasedService, containerPort: Int?
    ) async throws(StageFailure) -> (id: String, name: String, port: Int?) {
        if containerPort != nil { try await deployer.survey() }
        var name = launch.name
        var strangers: Set<String> = []
        let taken = Set(observed.containers.map(\.name)).subtracting([launch.name])
        for _ in 0..<Deployer.Limit.nameAttempts {
            // Written down before it is asked for: a request that is cut off may still have been heard.
            if launch.isDisposable { traces.withLock { _ = $0.disposable.insert(name) } }
            let port = containerPort == nil ? nil : try await deployer.ports.port(for: name)
            let spec = spec(name, launch.replica, of: service, containerPort: containerPort, port: port)
            do throws(EngineError) {
                let id = try await deployer.engine.create(spec)
                Failpoint.pass("deploy.container.created")
                return (id, name, port)
            } catch {
                guard error.isNameTaken || error.status == 0, !error.isCancelled else {
                    throw refusal(error, name, service)
                }
                let found = try await lookUp(name)
                if let found, isOurs(found, as: spec) { return (found.container.id, name, port) }
                guard error.isNameTaken else { throw refusal(error, name, service) }
                // Gone again in the meantime: the same name once more.
                guard found != nil else { continue }
                if launch.isDisposable { traces.withLock { _ = $0.disposable.remove(name) } }
                if let port { await deployer.ports.release(port: port) }
                strangers.insert(name)
                name = ContainerNames.free(
                    in: wanted.id, service: service.name, release: wanted.release.id, replica: launch.replica,
                    taken: taken.union(strangers))
            }
        }
        throw .namesTaken(launch.name)
    }

    private func lookUp(_ name: String) async throws(StageFailure) -> ContainerDetail? {
        do { return try await deployer.engine.inspect(container: name) } catch {
            throw .engine(error, "container \(name) cannot be looked at")
        }
    }

    /// Whether a container is the very one that was asked for. The engine may add labels of the image's.
    private func isOurs(_ detail: ContainerDetail, as spec: ContainerSpec) -> Bool {
        detail.container.imageID == spec.image
            && spec.labels.allSatisfy { detail.container.labels[$0.key] == $0.value }
    }

    private func refusal(_ error: EngineError, _ name: String, _ service: ReleasedService) -> StageFailure {
        error.isNotFound
            ? .imageLost(service.image, service: service.name, in: wanted.id)
            : .engine(error, "container \(name) cannot be made")
    }

    private func spec(
        _ name: String, _ replica: Int, of service: ReleasedService, containerPort: Int?, port: Int?
    ) -> ContainerSpec {
        let definition = service.definition
        let labels = LabelSet(
            instance: deployer.instance, wanted: wanted, service: service, replica: replica, port: port)
        let publication = containerPort.flatMap { inside in
            port.map { ContainerSpec.Publication(hostPort: $0, containerPort: inside) }
        }
        let defaults = wanted.configuration.defaults
        return ContainerSpec(
            name: name, image: service.image, command: definition.command,
            environment: ContainerVariables.all(for: service, in: wanted, port: containerPort),
            labels: labels.encoded, network: ContainerNames.network(of: wanted.id), networkAliases: [service.name],
            publish: publication, cpuMillis: definition.resources.cpuMillis ?? defaults.cpuMillis,
            memoryBytes: (definition.resources.memoryBytes ?? defaults.memoryBytes).map { Int64($0) },
            pidsLimit: Deployer.Limit.processes, stopTimeout: definition.stopTimeout, restartPolicy: .keepRunning,
            logLimitBytes: Deployer.Limit.logBytes)
    }
}

extension EngineError {
    /// Whether something else has the name. Podman 4.3 says so with 500 where Docker says 409.
    fileprivate var isNameTaken: Bool { isConflict || message.contains("that name is already in use") }
}
