import FoundationEssentials
import Synchronization

extension ScriptedEngine {
    /// An answer that is no success.
    struct Refusal: Error {
        let status: Int
        let message: String
    }

    /// Serves one request.
    func route(_ request: ScriptedRequest, _ connection: ScriptedConnection) {
        do throws(Refusal) {
            let parts = request.parts
            switch (request.method, parts.first ?? "") {
            case ("POST", "build"): parts.count == 1 ? build(request, connection) : pruneBuilds(connection)
            case ("GET", "events"): events(request, connection)
            case ("GET", "containers") where parts.count == 3 && parts[2] == "logs":
                try logs(of: parts[1], request, connection)
            case ("POST", "images") where parts == ["images", "create"]: pull(request, connection)
            default:
                guard let body = try answer(request, parts) else { return connection.answer(204, []) }
                connection.answer(
                    request.method == "POST" && parts.last == "create" ? 201 : 200, Array(body.encoded.utf8),
                    headers: parts == ["_ping"] ? pingHeaders : [])
            }
        } catch {
            connection.answer(error.status, Self.message(error.message))
        }
    }

    /// The answer to a request that is no stream; nil: 204.
    private func answer(_ request: ScriptedRequest, _ parts: [String]) throws(Refusal) -> ScriptedJSON? {
        switch (request.method, parts.count, parts.first ?? "") {
        case ("GET", 1, "_ping"), ("HEAD", 1, "_ping"): return .text("OK")
        case ("GET", 1, "version"): return version
        case ("GET", 1, "info"): return information
        case (_, _, "system"): return try system(request, parts)
        case (_, _, "images"): return try images(request, parts)
        case (_, _, "networks"): return try networks(request, parts)
        case (_, _, "volumes"): return try volumes(request, parts)
        case (_, _, "containers"): return try containers(request, parts)
        default: throw Refusal(status: 404, message: "page not found")
        }
    }

    private var pingHeaders: [(String, String)] {
        manner == .podman
            ? [("API-Version", "1.41"), ("Libpod-API-Version", "4.3.1")] : [("API-Version", "1.41")]
    }

    private var version: ScriptedJSON {
        [
            "Version": manner == .podman ? "4.3.1" : "20.10.24",
            "ApiVersion": "1.41", "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64",
            "Components": [["Name": manner == .podman ? "Podman Engine" : "Engine", "Version": "scripted"]],
        ]
    }

    private var information: ScriptedJSON {
        let counts = world.withLock { world in
            (world.containers.count, world.containers.values.count(where: \.isRunning), world.images.count)
        }
        return [
            "Containers": .number(Int64(counts.0)), "ContainersRunning": .number(Int64(counts.1)),
            "Images": .number(Int64(counts.2)), "OperatingSystem": "scripted", "Architecture": "x86_64",
            "OSType": "linux", "MemTotal": .number(8 << 30), "NCPU": 2, "Driver": "overlay",
            "DockerRootDir": "/", "Rootless": true, "CgroupVersion": "2", "CgroupDriver": "cgroupfs",
            "MemoryLimit": true, "SwapLimit": true, "CpuCfsQuota": true, "PidsLimit": true,
            "ServerVersion": manner == .podman ? "4.3.1" : "20.10.24",
        ]
    }

    private func system(_ request: ScriptedRequest, _ parts: [String]) throws(Refusal) -> ScriptedJSON {
        guard request.method == "GET", parts == ["system", "df"] else {
            throw Refusal(status: 404, message: "page not found")
        }
        return world.withLock { world in
            [
                "LayersSize": .number(world.images.values.reduce(0) { $0 + $1.size }),
                "Images": .list(world.images.values.sorted { $0.id < $1.id }.map { Self.listed($0, in: world) }),
                "Containers": .list(
                    world.containers.values.sorted { $0.id < $1.id }.map {
                        ["Id": .text($0.id), "Names": [.text("/" + $0.name)], "SizeRw": 0, "SizeRootFs": 0]
                    }),
                "Volumes": .list(
                    world.volumes.values.sorted { $0.name < $1.name }.map {
                        ["Name": .text($0.name), "UsageData": ["Size": 0, "RefCount": 0]]
                    }),
                "BuildCache": [],
            ]
        }
    }

    /// Whether labels are what the `filters` of a listing ask for; other filters than labels are looked at by the caller.
    static func filters(_ request: ScriptedRequest) throws(Refusal) -> [String: [String]] {
        guard let text = request.query["filters"], !text.isEmpty else { return [:] }
        if let lists = try? JSONDecoder().decode([String: [String]].self, from: Data(text.utf8)) { return lists }
        // The older form: {"label":{"a=b":true}}.
        if let sets = try? JSONDecoder().decode([String: [String: Bool]].self, from: Data(text.utf8)) {
            return sets.mapValues { $0.filter(\.value).keys.sorted() }
        }
        throw Refusal(status: 400, message: "the filters cannot be read: \(text)")
    }

    /// Whether something has every label that is asked for; `a=b` asks for a value, `a` for any.
    static func hasLabels(_ labels: [String: String], _ wanted: [String]) -> Bool {
        wanted.allSatisfy { text in
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let value = labels[String(sides[0])] else { return false }
            return sides.count < 2 || value == sides[1]
        }
    }

    /// Reads a request's JSON.
    static func decode<Value: Decodable>(_ type: Value.Type, _ request: ScriptedRequest) throws(Refusal) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(request.body))
        } catch {
            throw Refusal(status: 400, message: "the body cannot be read: \(error)")
        }
    }
}
