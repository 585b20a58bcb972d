import Model

/// The answer to `GET /containers/{id}/json`.
struct InspectedContainer: Decodable {
    let id: String
    let name: String
    let image: String
    let created: String
    let restartCount: Int?
    let state: State
    let configuration: Configuration
    let networkSettings: NetworkSettings?

    struct State: Decodable {
        let status: String
        let exitCode: Int?
        let isOutOfMemory: Bool?
        let processID: Int?
        let startedAt: String?
        let finishedAt: String?
        let error: String?

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case isOutOfMemory = "OOMKilled"
            case processID = "Pid"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
            case error = "Error"
        }
    }

    struct Configuration: Decodable {
        let labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case labels = "Labels"
        }
    }

    struct NetworkSettings: Decodable {
        let networks: [String: Endpoint]?
        let ports: [String: [Binding]?]?

        struct Endpoint: Decodable {
            let address: String?

            enum CodingKeys: String, CodingKey {
                case address = "IPAddress"
            }
        }

        struct Binding: Decodable {
            let address: String?
            let port: String?

            enum CodingKeys: String, CodingKey {
                case address = "HostIp"
                case port = "HostPort"
            }
        }

        enum CodingKeys: String, CodingKey {
            case networks = "Networks"
            case ports = "Ports"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case image = "Image"
        case created = "Created"
        case restartCount = "RestartCount"
        case state = "State"
        case configuration = "Config"
        case networkSettings = "NetworkSettings"
    }

    var value: ContainerDetail {
        let state = ContainerState(engineWord: self.state.status)
        let hasEnded = state == .exited || state == .dead || state == .restarting
        let container = EngineContainer(
            id: id, name: withoutSlash(name), imageID: ImageID(image), state: state,
            labels: configuration.labels ?? [:], ports: publishedPorts,
            createdAt: EngineTime.moment(created) ?? Timestamp(milliseconds: 0))
        let error = self.state.error ?? ""
        return ContainerDetail(
            container: container, processID: self.state.processID.flatMap { $0 > 0 ? $0 : nil },
            exitCode: hasEnded ? self.state.exitCode : nil,
            startedAt: EngineTime.moment(self.state.startedAt), finishedAt: EngineTime.moment(self.state.finishedAt),
            restartCount: restartCount ?? 0, isOutOfMemory: self.state.isOutOfMemory ?? false,
            startError: error.isEmpty ? nil : error,
            addresses: (networkSettings?.networks ?? [:]).compactMapValues {
                $0.address.flatMap { $0.isEmpty ? nil : $0 }
            })
    }

    private var publishedPorts: [PublishedPort] {
        var result: [PublishedPort] = []
        for (name, bindings) in networkSettings?.ports ?? [:] {
            guard let inner = Int(name.prefix { $0 != "/" }) else { continue }
            for binding in bindings ?? [] {
                guard let outer = binding.port.flatMap({ Int($0) }) else { continue }
                result.append(PublishedPort(address: binding.address ?? "", hostPort: outer, containerPort: inner))
            }
        }
        return result.sorted { ($0.containerPort, $0.hostPort) < ($1.containerPort, $1.hostPort) }
    }
}

/// A container's name as people write it: the API puts a slash before it.
func withoutSlash(_ name: String) -> String { name.hasPrefix("/") ? String(name.dropFirst()) : name }
