import Model

/// The body of `POST /containers/create`: all that a ``ContainerSpec`` can say, and nothing else.
struct ContainerCreation: Encodable {
    let image: String
    let command: [String]?
    let environment: [String]
    let labels: [String: String]
    let exposedPorts: [String: Empty]?
    let stopTimeout: Int64
    let host: HostSide
    let networking: Networking

    /// `{}`
    struct Empty: Encodable {}

    struct HostSide: Encodable {
        let networkMode: String
        let portBindings: [String: [Binding]]?
        let restartPolicy: Restart
        let memory: Int64?
        let memoryWithSwap: Int64?
        let nanoCPUs: Int64?
        let pidsLimit: Int?
        let log: LogSide?

        struct Binding: Encodable {
            let address: String
            let port: String

            enum CodingKeys: String, CodingKey {
                case address = "HostIp"
                case port = "HostPort"
            }
        }

        struct Restart: Encodable {
            let name: String

            enum CodingKeys: String, CodingKey {
                case name = "Name"
            }
        }

        struct LogSide: Encodable {
            let driver: String
            let options: [String: String]

            enum CodingKeys: String, CodingKey {
                case driver = "Type"
                case options = "Config"
            }
        }

        enum CodingKeys: String, CodingKey {
            case networkMode = "NetworkMode"
            case portBindings = "PortBindings"
            case restartPolicy = "RestartPolicy"
            case memory = "Memory"
            case memoryWithSwap = "MemorySwap"
            case nanoCPUs = "NanoCpus"
            case pidsLimit = "PidsLimit"
            case log = "LogConfig"
        }
    }

    struct Networking: Encodable {
        let endpoints: [String: Endpoint]

        struct Endpoint: Encodable {
            let aliases: [String]

            enum CodingKeys: String, CodingKey {
                case aliases = "Aliases"
            }
        }

        enum CodingKeys: String, CodingKey {
            case endpoints = "EndpointsConfig"
        }
    }

    enum CodingKeys: String, CodingKey {
        case image = "Image"
        case command = "Cmd"
        case environment = "Env"
        case labels = "Labels"
        case exposedPorts = "ExposedPorts"
        case stopTimeout = "StopTimeout"
        case host = "HostConfig"
        case networking = "NetworkingConfig"
    }

    init(_ spec: ContainerSpec, for flavour: EngineVersion.Flavour) {
        image = spec.image.description
        command = spec.command
        environment = spec.environment.map { "\($0)=\($1)" }.sorted()
        labels = spec.labels
        stopTimeout = spec.stopTimeout.components.seconds
        let port = spec.publish.map { "\($0.containerPort)/tcp" }
        exposedPorts = port.map { [$0: Empty()] }
        let bindings = spec.publish.map { HostSide.Binding(address: "127.0.0.1", port: String($0.hostPort)) }
        networking = Networking(endpoints: [spec.network: .init(aliases: spec.networkAliases)])
        host = HostSide(
            networkMode: spec.network,
            portBindings: port.flatMap { port in bindings.map { [port: [$0]] } },
            restartPolicy: .init(name: Self.word(for: spec.restartPolicy, flavour)),
            memory: spec.memoryBytes, memoryWithSwap: spec.memoryBytes,
            nanoCPUs: spec.cpuMillis.map { Int64($0) * 1_000_000 }, pidsLimit: spec.pidsLimit,
            log: spec.logLimitBytes.map { Self.log(limit: $0, flavour) })
    }

    /// Podman 4.3 starts after a boot only what has `always`: podman-restart.service runs
    /// `podman start --all --filter restart-policy=always`. Docker's `unless-stopped` also remembers a stop.
    private static func word(for policy: ContainerSpec.RestartPolicy, _ flavour: EngineVersion.Flavour) -> String {
        switch policy {
        case .never: "no"
        case .keepRunning: flavour == .podman ? "always" : "unless-stopped"
        }
    }

    private static func log(limit: Int, _ flavour: EngineVersion.Flavour) -> HostSide.LogSide {
        flavour == .podman
            ? .init(driver: "k8s-file", options: ["max-size": String(limit)])
            : .init(driver: "json-file", options: ["max-size": String(limit / 2), "max-file": "2"])
    }
}
