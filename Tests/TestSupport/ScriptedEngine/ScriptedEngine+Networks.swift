import Model
import Synchronization

extension ScriptedEngine {
    private struct NetworkWish: Decodable {
        struct Addressing: Decodable { let Config: [Block]? }
        struct Block: Decodable { let Subnet: String? }
        let Name: String
        let Labels: [String: String]?
        let IPAM: Addressing?
    }

    func networks(_ request: ScriptedRequest, _ parts: [String]) throws(Refusal) -> ScriptedJSON? {
        switch (request.method, parts.count) {
        case ("GET", 1):
            let filters = try Self.filters(request)
            return world.withLock { world in
                .list(
                    world.networks.values.filter { network in
                        Self.hasLabels(network.labels, filters["label"] ?? [])
                            && (filters["name"].map { names in names.contains { network.name.contains($0) } } ?? true)
                    }.sorted { $0.name < $1.name }.map(Self.shown))
            }
        case ("POST", 2) where parts[1] == "create": return try createNetwork(request)
        case ("POST", 2) where parts[1] == "prune":
            let filters = try Self.filters(request)
            let unused = world.withLock { world in
                world.networks.values.filter { network in
                    Self.hasLabels(network.labels, filters["label"] ?? [])
                        && !world.containers.values.contains { $0.network == network.name }
                }
            }
            for network in unused { remove(network) }
            return ["NetworksDeleted": .list(unused.map { .text($0.name) })]
        case ("GET", 2):
            guard let network = world.withLock({ $0.network(parts[1]) }) else { throw noNetwork(parts[1]) }
            return Self.shown(network)
        case ("DELETE", 2):
            guard let network = world.withLock({ $0.network(parts[1]) }) else { throw noNetwork(parts[1]) }
            let isUsed = world.withLock { world in
                world.containers.values.contains { $0.network == network.name && (manner == .podman || $0.isRunning) }
            }
            // The words of Podman 4.3 and of Docker 20.10.
            guard !isUsed else {
                throw manner == .podman
                    ? Refusal(
                        status: 500,
                        message: "\"\(network.name)\" has associated containers with it. Use -f"
                            + " to forcibly delete containers and pods: network is being used")
                    : Refusal(
                        status: 403,
                        message: "error while removing network: network \(network.name) id"
                            + " \(network.id) has active endpoints")
            }
            remove(network)
            return nil
        default: throw Refusal(status: 404, message: "page not found")
        }
    }

    private func createNetwork(_ request: ScriptedRequest) throws(Refusal) -> ScriptedJSON {
        let wish = try Self.decode(NetworkWish.self, request)
        let subnet = wish.IPAM?.Config?.first?.Subnet
        let network = try world.withLock { world throws(Refusal) in
            guard world.network(wish.Name) == nil else {
                throw manner == .podman
                    ? Refusal(status: 500, message: "network name \(wish.Name) already used: network already exists")
                    : Refusal(status: 409, message: "network with name \(wish.Name) already exists")
            }
            if let subnet, world.networks.values.contains(where: { $0.subnet == subnet }) {
                throw manner == .podman
                    ? Refusal(status: 500, message: "subnet \(subnet) is already used on the host or by another config")
                    : Refusal(status: 403, message: "Pool overlaps with other one on this address space")
            }
            let network = ScriptedWorld.Network(
                id: world.makeID(), name: wish.Name, subnet: subnet, labels: wish.Labels ?? [:])
            world.networks[network.id] = network
            return network
        }
        ledger.note(.networkCreated, network.name, id: network.id, labels: network.labels)
        return ["Id": .text(network.id), "Warning": ""]
    }

    private func remove(_ network: ScriptedWorld.Network) {
        world.withLock { _ = $0.networks.removeValue(forKey: network.id) }
        ledger.note(.networkRemoved, network.name, id: network.id, labels: network.labels)
    }

    private func noNetwork(_ name: String) -> Refusal {
        Refusal(status: 404, message: "unable to find network with name or ID \(name): network not found")
    }

    private static func shown(_ network: ScriptedWorld.Network) -> ScriptedJSON {
        [
            "Name": .text(network.name), "Id": .text(network.id), "Driver": "bridge", "Scope": "local",
            "Labels": .texts(network.labels),
            "IPAM": [
                "Driver": "default",
                "Config": .list(network.subnet.map { [["Subnet": .text($0)]] } ?? []),
            ],
        ]
    }

    // Volumes

    private struct VolumeWish: Decodable {
        let Name: String
        let Labels: [String: String]?
    }

    func volumes(_ request: ScriptedRequest, _ parts: [String]) throws(Refusal) -> ScriptedJSON? {
        switch (request.method, parts.count) {
        case ("GET", 1):
            let filters = try Self.filters(request)
            return world.withLock { world in
                [
                    "Volumes": .list(
                        world.volumes.values.filter { Self.hasLabels($0.labels, filters["label"] ?? []) }
                            .sorted { $0.name < $1.name }.map(Self.shown)), "Warnings": [],
                ]
            }
        case ("POST", 2) where parts[1] == "create":
            let wish = try Self.decode(VolumeWish.self, request)
            let (volume, isNew) = world.withLock { world in
                if let known = world.volumes[wish.Name] { return (known, false) }
                let volume = ScriptedWorld.Volume(name: wish.Name, labels: wish.Labels ?? [:])
                world.volumes[wish.Name] = volume
                return (volume, true)
            }
            if isNew { ledger.note(.volumeCreated, volume.name, id: volume.name, labels: volume.labels) }
            return Self.shown(volume)
        case ("GET", 2):
            guard let volume = world.withLock({ $0.volumes[parts[1]] }) else { throw noVolume(parts[1]) }
            return Self.shown(volume)
        case ("DELETE", 2):
            guard let volume = world.withLock({ $0.volumes.removeValue(forKey: parts[1]) }) else {
                throw noVolume(parts[1])
            }
            ledger.note(.volumeRemoved, volume.name, id: volume.name, labels: volume.labels)
            return nil
        default: throw Refusal(status: 404, message: "page not found")
        }
    }

    private func noVolume(_ name: String) -> Refusal { Refusal(status: 404, message: "\(name): no such volume") }

    private static func shown(_ volume: ScriptedWorld.Volume) -> ScriptedJSON {
        ["Name": .text(volume.name), "Driver": "local", "Labels": .texts(volume.labels), "Scope": "local"]
    }
}
