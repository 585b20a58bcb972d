import Model
import Synchronization

/// Containers as the engine shows them.
extension ScriptedEngine {
    func listContainers(_ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON {
        let isAll = ["1", "true"].contains(request.query["all"])
        let filters = try Self.filters(request)
        return world.withLock { world in
            let found = world.containers.values.filter { container in
                (isAll || container.isRunning || filters["status"] != nil)
                    && Self.hasLabels(container.labels, filters["label"] ?? [])
                    && (filters["name"].map { names in names.contains { container.name.contains($0) } } ?? true)
                    && (filters["status"].map { $0.contains(container.state.rawValue) } ?? true)
                    && (filters["id"].map { ids in ids.contains { container.id.hasPrefix($0) } } ?? true)
            }
            return .list(found.sorted { ($0.created, $0.id) < ($1.created, $1.id) }.map { Self.listed($0) })
        }
    }

    private static func listed(_ container: ScriptedWorld.Container) -> ScriptedJSON {
        [
            "Id": .text(container.id), "Names": [.text("/" + container.name)], "Image": .text(container.image),
            "ImageID": .text("sha256:" + container.image), "State": .text(container.state.rawValue),
            "Status": .text(container.state.rawValue), "Created": .number(container.created.milliseconds / 1000),
            "Labels": .texts(container.labels),
            "Ports": .list(
                container.ports.sorted { $0.key < $1.key }.map {
                    [
                        "IP": "127.0.0.1", "PrivatePort": .number(Int64($0.key)),
                        "PublicPort": .number(Int64($0.value)),
                        "Type": "tcp",
                    ]
                }),
            "SizeRw": 0, "SizeRootFs": 0,
        ]
    }

    func inspect(_ reference: String) throws(Refusal) -> ScriptedJSON {
        guard let container = world.withLock({ $0.container(reference) }) else {
            throw Refusal(
                status: 404, message: "no container with name or ID \"\(reference)\" found: no such container")
        }
        let never = "0001-01-01T00:00:00Z"
        let ports = container.ports.sorted { $0.key < $1.key }.map { inner, outer -> (String, ScriptedJSON) in
            ("\(inner)/tcp", [["HostIp": "127.0.0.1", "HostPort": .text(String(outer))]])
        }
        let endpoint: ScriptedJSON = [
            "IPAddress": "10.100.0.2", "Aliases": .list(container.aliases.map { .text($0) }),
        ]
        return [
            "Id": .text(container.id), "Name": .text("/" + container.name),
            "Image": .text("sha256:" + container.image), "Created": .text("\(container.created)"),
            "RestartCount": .number(Int64(container.restartCount)),
            "State": [
                "Status": .text(container.state.rawValue), "Running": .flag(container.isRunning),
                "Paused": .flag(container.state == .paused), "ExitCode": .number(Int64(container.exitCode)),
                "OOMKilled": false, "Pid": 0, "Error": "",
                "StartedAt": .text(container.startedAt.map { "\($0)" } ?? never),
                "FinishedAt": .text(container.finishedAt.map { "\($0)" } ?? never),
            ],
            "Config": [
                "Labels": .texts(container.labels), "Env": .list(container.environment.map { .text($0) }),
                "Cmd": .list(container.command.map { .text($0) }), "StopTimeout": .number(container.stopTimeout),
                "Image": .text(container.image),
            ],
            "HostConfig": [
                "NetworkMode": .text(container.network), "RestartPolicy": ["Name": .text(container.restartPolicy)],
                "Memory": .number(container.memory), "PortBindings": .object(ports),
            ],
            "NetworkSettings": [
                "Networks": .object(container.isRunning ? [(container.network, endpoint)] : []),
                "Ports": .object(ports),
            ],
        ]
    }

    /// One look at what a container uses; always the same.
    func statistics(_ reference: String) throws(Refusal) -> ScriptedJSON {
        guard let container = world.withLock({ $0.container(reference) }) else {
            throw Refusal(status: 404, message: "no such container")
        }
        return [
            "id": .text(container.id), "name": .text("/" + container.name),
            "memory_stats": [
                "usage": .number(4 << 20), "limit": .number(container.memory > 0 ? container.memory : 8 << 30),
            ],
            "cpu_stats": [
                "cpu_usage": ["total_usage": 1_000_000], "system_cpu_usage": 1_000_000_000, "online_cpus": 2,
            ],
            "precpu_stats": ["cpu_usage": ["total_usage": 0], "system_cpu_usage": 0],
        ]
    }
}
