import Glibc
import Lifecycle
import Model
import Synchronization

extension ScriptedEngine {
    private struct ContainerWish: Decodable {
        struct Host: Decodable {
            let NetworkMode: String?
            let PortBindings: [String: [Binding]]?
            let RestartPolicy: Named?
            let Memory: Int64?
        }
        struct Binding: Decodable { let HostPort: String }
        struct Named: Decodable { let Name: String }
        struct Networking: Decodable { let EndpointsConfig: [String: Endpoint]? }
        struct Endpoint: Decodable { let Aliases: [String]? }
        let Image: String
        let Cmd: [String]?
        let Env: [String]?
        let Labels: [String: String]?
        let StopTimeout: Int64?
        let HostConfig: Host?
        let NetworkingConfig: Networking?
    }

    func containers(_ request: ScriptedRequest, _ parts: [String]) throws(Refusal) -> ScriptedJSON? {
        switch (request.method, parts.count, parts.last ?? "") {
        case ("GET", 2, "json"): return try listContainers(request)
        case ("POST", 2, "create"): return try create(request)
        case ("POST", 2, "prune"): return try pruneContainers(request)
        case ("GET", 3, "json"): return try inspect(parts[1])
        case ("GET", 3, "stats"): return try statistics(parts[1])
        case ("POST", 3, "start"): return try start(parts[1])
        case ("POST", 3, "stop"): return try stop(parts[1], request)
        case ("POST", 3, "kill"): return try kill(parts[1])
        case ("POST", 3, "restart"):
            if try container(parts[1]).isRunning { _ = try stop(parts[1], request) }
            return try start(parts[1])
        case ("POST", 3, "pause"): return try pause(parts[1], true)
        case ("POST", 3, "unpause"): return try pause(parts[1], false)
        case ("POST", 3, "rename"): return try rename(parts[1], to: request.query["name"] ?? "")
        case ("DELETE", 2, _): return try remove(parts[1], isForced: ["1", "true"].contains(request.query["force"]))
        default: throw Refusal(status: 404, message: "page not found")
        }
    }

    private func container(_ reference: String) throws(Refusal) -> ScriptedWorld.Container {
        guard let found = world.withLock({ $0.container(reference) }) else {
            throw Refusal(
                status: 404, message: "no container with name or ID \"\(reference)\" found: no such container")
        }
        return found
    }

    private func create(_ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON {
        let wish = try Self.decode(ContainerWish.self, request)
        let name = request.query["name"] ?? ""
        let network = wish.HostConfig?.NetworkMode ?? "default"
        var ports: [Int: Int] = [:]
        for (inner, bindings) in wish.HostConfig?.PortBindings ?? [:] {
            guard let inside = Int(inner.prefix { $0 != "/" }),
                let outside = bindings.first.flatMap({ Int($0.HostPort) })
            else { continue }
            ports[inside] = outside
        }
        let container = try world.withLock { world throws(Refusal) in
            if let taken = world.containers.values.first(where: { $0.name == name }) {
                throw manner == .podman
                    ? Refusal(
                        status: 500,
                        message:
                            "container create: creating container storage: the container name \"\(name)\" is already"
                            + " in use by \(taken.id). You have to remove that container to be able to reuse that name:"
                            + " that name is already in use")
                    : Refusal(status: 409, message: "Conflict. The container name \"/\(name)\" is already in use")
            }
            guard let image = world.image(wish.Image) else {
                throw Refusal(status: 404, message: "No such image: \(wish.Image)")
            }
            guard network == "default" || world.network(network) != nil else {
                throw Refusal(
                    status: 500, message: "unable to find network with name or ID \(network): network not found")
            }
            let id = world.makeID()
            let container = ScriptedWorld.Container(
                id: id, name: name, image: image.id, labels: image.labels.merging(wish.Labels ?? [:]) { $1 },
                environment: image.environment + (wish.Env ?? []), command: wish.Cmd ?? image.command,
                network: world.network(network)?.name ?? network,
                aliases: wish.NetworkingConfig?.EndpointsConfig?.values.first?.Aliases ?? [], ports: ports,
                restartPolicy: wish.HostConfig?.RestartPolicy?.Name ?? "no", stopTimeout: wish.StopTimeout ?? 10,
                memory: wish.HostConfig?.Memory ?? 0, created: Timestamp(milliseconds: WallClock.milliseconds()))
            world.containers[id] = container
            return container
        }
        tell(.containerCreated, "create", container)
        return ["Id": .text(container.id), "Warnings": []]
    }

    private func start(_ reference: String) throws(Refusal) -> ScriptedJSON? {
        let found = try container(reference)
        guard !found.isRunning else { throw Refusal(status: 304, message: "") }
        let (started, hasEnded) = try world.withLock { world throws(Refusal) in
            guard var container = world.containers[found.id], let image = world.images[container.image] else {
                throw Refusal(status: 404, message: "no such container")
            }
            let behaviour = image.behaviour
            container.startedAt = Timestamp(milliseconds: WallClock.milliseconds())
            container.finishedAt = nil
            container.exitCode = 0
            for (_, port) in container.ports.sorted(by: { $0.key < $1.key }) {
                guard behaviour != .deaf else { continue }
                guard let listener = ScriptedPort(port: port, page: Self.pages(of: container, image, behaviour)) else {
                    for listener in container.listeners { listener.shut() }
                    throw Refusal(
                        status: 500,
                        message: "listen tcp 127.0.0.1:\(port): bind: address already in use")
                }
                container.listeners.append(listener)
            }
            container.state = .running
            container.log += Array("serving \(String(decoding: image.files["page"] ?? [], as: UTF8.self))".utf8)
            let running = container
            if case .exits(let code) = behaviour {
                container.end(code)
                if container.restartPolicy != "no" {
                    container.state = .restarting
                    container.restartCount += 1
                }
            }
            world.containers[container.id] = container
            if case .exits = behaviour { return (running, true) }
            return (running, false)
        }
        tell(.containerStarted, "start", started)
        if hasEnded { tell(.containerDied, "die", started) }
        return nil
    }

    /// What a container answers to which path.
    private static func pages(
        of container: ScriptedWorld.Container, _ image: ScriptedWorld.Image, _ behaviour: ScriptedBehaviour
    ) -> @Sendable (String) -> ScriptedPort.Page? {
        let page = image.files["page"] ?? Array((container.name + "\n").utf8)
        let environment = Array((container.environment.joined(separator: "\n") + "\n").utf8)
        return { path in
            switch behaviour {
            case .mute: return nil
            case .answers(let status): return .init(status: status, body: page)
            case .serves, .exits, .deaf, .lingers: break
            }
            switch path.prefix(while: { $0 != "?" }) {
            case "/": return .init(status: 200, body: page)
            case "/env": return .init(status: 200, body: environment)
            case "/healthz": return .init(status: 200, body: Array("ok\n".utf8))
            default: return .init(status: 404, body: Array("not found\n".utf8))
            }
        }
    }

    private func stop(_ reference: String, _ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON? {
        let found = try container(reference)
        guard found.isRunning || found.state == .restarting else { throw Refusal(status: 304, message: "") }
        let behaviour = world.withLock { $0.images[found.image]?.behaviour }
        let limit = request.query["t"].flatMap { Int64($0) } ?? found.stopTimeout
        var code = 0
        if case .lingers(let seconds) = behaviour {
            let wait = min(Int64(seconds), limit)
            usleep(UInt32(wait) * 1_000_000)
            if Int64(seconds) > limit { code = 137 }
        }
        world.withLock { $0.containers[found.id]?.end(code) }
        tell(.containerDied, "die", found)
        tell(.containerStopped, "stop", found)
        return nil
    }

    private func kill(_ reference: String) throws(Refusal) -> ScriptedJSON? {
        let found = try container(reference)
        guard found.isRunning else {
            throw manner == .podman
                ? Refusal(
                    status: 409,
                    message: "can only kill running containers. \(found.id) is in state \(found.state.rawValue):"
                        + " container state improper")
                : Refusal(status: 409, message: "Container \(found.id) is not running")
        }
        world.withLock { $0.containers[found.id]?.end(137) }
        tell(.containerKilled, "kill", found)
        tell(.containerDied, "die", found)
        return nil
    }

    private func pause(_ reference: String, _ isPaused: Bool) throws(Refusal) -> ScriptedJSON? {
        let found = try container(reference)
        guard found.state == (isPaused ? .running : .paused) else {
            throw Refusal(status: 409, message: "\(found.name) is \(found.state.rawValue): container state improper")
        }
        world.withLock { $0.containers[found.id]?.state = isPaused ? .paused : .running }
        tell(isPaused ? .containerPaused : .containerUnpaused, isPaused ? "pause" : "unpause", found)
        return nil
    }

    private func rename(_ reference: String, to name: String) throws(Refusal) -> ScriptedJSON? {
        var found = try container(reference)
        guard world.withLock({ $0.container(name) }) == nil else {
            throw Refusal(status: 409, message: "\"\(name)\": that name is already in use")
        }
        found.name = name
        world.withLock { $0.containers[found.id]?.name = name }
        tell(.containerRenamed, "rename", found)
        return nil
    }

    private func remove(_ reference: String, isForced: Bool) throws(Refusal) -> ScriptedJSON? {
        let found = try container(reference)
        guard isForced || !found.isRunning else {
            throw Refusal(
                status: manner == .podman ? 500 : 409,
                message: "cannot remove container \(found.id) as it is running - running or paused containers cannot be"
                    + " removed without force: container state improper")
        }
        let wasThere = world.withLock { world in
            world.containers[found.id]?.end(137)
            return world.containers.removeValue(forKey: found.id) != nil
        }
        guard wasThere else { throw Refusal(status: 404, message: "no such container") }
        if found.isRunning { tell(.containerDied, "die", found) }
        tell(.containerRemoved, manner == .podman ? "remove" : "destroy", found)
        return nil
    }

    private func pruneContainers(_ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON {
        let wanted = try Self.filters(request)["label"] ?? []
        let ended = world.withLock { world in
            world.containers.values.filter { !$0.isRunning && Self.hasLabels($0.labels, wanted) }
        }
        for container in ended { _ = try remove(container.id, isForced: true) }
        return ["ContainersDeleted": .list(ended.map { .text($0.id) }), "SpaceReclaimed": 0]
    }
}
