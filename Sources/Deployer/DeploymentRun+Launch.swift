import ContainerEngine
import Lifecycle
import Model
import Synchronization

extension DeploymentRun {
    /// Where a service listens inside its containers.
    private struct Listening: Sendable {
        var port: Int?
        var exposed: [Int]
    }

    /// Brings one service up: stops first what must not overlap, then starts the new containers side by side.
    func launch(_ launch: ServiceLaunch) async throws(StageFailure) {
        guard let service = wanted.service(launch.service) else {
            preconditionFailure("a plan launches only services of its release")
        }
        // Before anything stops: an image that is gone must not cost the old container.
        let listening = try await listening(of: service)
        if !launch.fallback.isEmpty { traces.withLock { $0.stopped += launch.fallback } }
        try await Self.concurrently(launch.stopsFirst) { container throws(StageFailure) in
            try await self.report("stop \(container.name)") { () throws(StageFailure) in
                do throws(EngineError) {
                    try await self.deployer.engine.stop(container.id, timeout: nil)
                } catch {
                    throw .engine(error, "container \(container.name) cannot be stopped")
                }
            }
        }
        try await Self.concurrently(launch.containers) { container throws(StageFailure) in
            try await self.bringUp(container, of: service, listening: listening)
        }
    }

    private func listening(of service: ReleasedService) async throws(StageFailure) -> Listening {
        let image: ImageDetail?
        do { image = try await deployer.engine.inspectImage(service.image) } catch {
            throw .engine(error, "the image of service '\(service.name)' in \(wanted.id) cannot be looked at")
        }
        guard let image else { throw .imageLost(service.image, service: service.name, in: wanted.id) }
        let exposed = image.exposedTCPPorts
        switch service.definition.port {
        case .worker: return Listening(port: nil, exposed: exposed)
        case .number(let port): return Listening(port: port, exposed: exposed)
        case .automatic:
            guard exposed.count <= 1 else { throw .severalPorts(exposed, service: service.name) }
            return Listening(port: exposed.first ?? Self.usualPort, exposed: exposed)
        }
    }

    /// Where a service listens when neither its image nor its manifest says so.
    private static let usualPort = 8080

    private func bringUp(
        _ launch: ContainerLaunch, of service: ReleasedService, listening: Listening
    ) async throws(StageFailure) {
        var running: (id: String, name: String, port: Int?)?
        switch launch.action {
        case .check(let id): running = (id, launch.name, launch.port)
        case .start(let id):
            if launch.isDisposable { traces.withLock { _ = $0.disposable.insert(launch.name) } }
            if try await starts(id, launch.name) { running = (id, launch.name, launch.port) }
        case .recreate(let id): try await remove(id, launch.name)
        case .create: break
        }
        if case .check = launch.action, launch.isDisposable {
            traces.withLock { _ = $0.disposable.insert(launch.name) }
        }
        if running == nil { running = try await make(launch, of: service, listening: listening) }
        guard let running else { return }
        traces.withLock { $0.ports[launch.name] = running.port }
        let hosts = wanted.hosts[service.name] ?? []
        let wait = HealthWait(
            engine: deployer.engine, looks: deployer.looks, container: running.id, name: running.name,
            service: service.name, check: service.definition.health, host: hosts.first ?? "localhost",
            port: running.port, containerPort: listening.port, exposedPorts: listening.exposed)
        try await report("wait for \(running.name)") { () throws(StageFailure) in try await wait.run() }
        traces.withLock { _ = $0.proven.insert(running.name) }
        try Failpoint.pass("deploy.health.first_ok", StageFailure.injected)
    }

    /// Starts a container that exists. False: it cannot be started any more, and is gone now.
    private func starts(_ id: String, _ name: String) async throws(StageFailure) -> Bool {
        do throws(EngineError) {
            try await deployer.engine.start(id)
            Failpoint.pass("deploy.container.started")
            return true
        } catch  where error.isUnavailable || error.isTimeout || error.isCancelled {
            throw .engine(error, "container \(name) cannot be started")
        } catch {
            deployer.log.info("making \(name) anew: \(error.message)")
            try await remove(id, name)
            return false
        }
    }

    private func remove(_ id: String, _ name: String) async throws(StageFailure) {
        do { try await deployer.remove(container: id) } catch {
            throw .engine(error, "container \(name) cannot be removed")
        }
    }

    /// Makes a container and starts it, on another port if somebody else took the chosen one in between.
    private func make(
        _ launch: ContainerLaunch, of service: ReleasedService, listening: Listening
    ) async throws(StageFailure) -> (id: String, name: String, port: Int?) {
        var lastPort = 0
        for _ in 0..<Deployer.Limit.portAttempts {
            let made = try await create(launch, of: service, containerPort: listening.port)
            await reporter.step("start \(made.name)", .began)
            try Failpoint.pass("deploy.create.recorded", StageFailure.injected)
            do throws(EngineError) {
                try await deployer.engine.start(made.id)
                Failpoint.pass("deploy.container.started")
                await reporter.step("start \(made.name)", .done("started"))
                return made
            } catch {
                await reporter.step("start \(made.name)", .failed(error.message))
                guard let port = made.port, error.isPortTaken else {
                    throw .engine(error, "container \(made.name) cannot be started")
                }
                lastPort = port
                try await remove(made.id, made.name)
                await deployer.ports.release(port: port)
            }
        }
        throw .noPort(for: launch.name, lastTried: lastPort)
    }
}

extension EngineError {
    /// Whether a port to publish on is somebody else's.
    ///
    /// Podman 4.3 and Docker 20.10 both pass bind(2)'s words on; where Docker itself has the port for another
    /// container it says `port is already allocated`.
    var isPortTaken: Bool {
        message.contains("address already in use") || message.contains("port is already allocated")
    }
}
