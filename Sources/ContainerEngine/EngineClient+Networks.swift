import HTTPClient

extension EngineClient {
    /// The networks that have every one of the labels; an empty value means any value.
    package func networks(labels: [String: String]) async throws(EngineError) -> [EngineNetwork] {
        let filter = try JSON.filter(labels: labels, for: "/networks")
        return try await call(Ask("GET", "/networks", query: [("filters", filter)]).listing(), as: [ListedNetwork].self)
            .map(\.value)
    }

    /// Makes a bridge network and returns its id. A conflict: the name is taken.
    ///
    /// - Parameter subnet: its addresses, `10.201.3.0/24`; nil: the engine's choice. See ``EngineError/isSubnetTaken``.
    package func createNetwork(
        name: String, subnet: String?, labels: [String: String]
    ) async throws(EngineError) -> String {
        let ask = try Ask("POST", "/networks/create").sending(
            NetworkCreation(name: name, subnet: subnet, labels: labels))
        for _ in 1..<Self.creationAttempts {
            do throws(EngineError) {
                return try await call(ask, as: CreationAnswer.self).id
            } catch {
                // Podman lists the host's interfaces first, and fails when one of them goes meanwhile.
                guard error.message.contains("no such network interface") else { throw error }
            }
        }
        return try await call(ask, as: CreationAnswer.self).id
    }

    /// How often a network is asked for when interfaces of the host come and go.
    private static let creationAttempts = 5

    /// Removes a network, by id or name; nothing happens if it is gone. A conflict: a container uses it.
    package func removeNetwork(_ id: String) async throws(EngineError) {
        var reference = id
        // Podman 4.3 compares what it is given with the *names* of the networks in use: given an id, it removes a
        // network under its containers.
        if try await dialect().flavour == .podman {
            let ask = Ask("GET", "/networks/\(percentEncoded(id))").tolerating(404)
            let answer = try await call(ask)
            guard answer.isSuccess else { return }
            reference = try decode(ListedNetwork.self, answer, ask).name
        }
        try await call(Ask("DELETE", "/networks/\(percentEncoded(reference))").tolerating(404))
    }

    /// The volumes that have every one of the labels; an empty value means any value.
    package func volumes(labels: [String: String]) async throws(EngineError) -> [EngineVolume] {
        let filter = try JSON.filter(labels: labels, for: "/volumes")
        let answer = try await call(Ask("GET", "/volumes", query: [("filters", filter)]).listing(), as: VolumeList.self)
        return (answer.volumes ?? []).map { EngineVolume(name: $0.name, labels: $0.labels ?? [:]) }
    }

    /// Makes a volume; one that exists stays as it is.
    package func createVolume(name: String, labels: [String: String]) async throws(EngineError) {
        try await call(try Ask("POST", "/volumes/create").sending(VolumeCreation(name: name, labels: labels)))
    }

    /// Removes a volume and what is in it; nothing happens if it is gone.
    package func removeVolume(_ name: String) async throws(EngineError) {
        try await call(Ask("DELETE", "/volumes/\(percentEncoded(name))").tolerating(404))
    }
}

private struct ListedNetwork: Decodable {
    let id: String
    let name: String
    let labels: [String: String]?
    let addressing: Addressing?

    struct Addressing: Codable {
        let blocks: [Block]?

        enum CodingKeys: String, CodingKey {
            case blocks = "Config"
        }
    }

    struct Block: Codable {
        let subnet: String?

        enum CodingKeys: String, CodingKey {
            case subnet = "Subnet"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case labels = "Labels"
        case addressing = "IPAM"
    }

    var value: EngineNetwork {
        EngineNetwork(
            id: id, name: name, subnets: (addressing?.blocks ?? []).compactMap(\.subnet), labels: labels ?? [:])
    }
}

private struct NetworkCreation: Encodable {
    let name: String
    let driver = "bridge"
    /// Without it Docker makes a second network of the same name.
    let checksDuplicate = true
    let labels: [String: String]
    let addressing: ListedNetwork.Addressing?

    init(name: String, subnet: String?, labels: [String: String]) {
        self.name = name
        self.labels = labels
        addressing = subnet.map { .init(blocks: [.init(subnet: $0)]) }
    }

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case driver = "Driver"
        case checksDuplicate = "CheckDuplicate"
        case labels = "Labels"
        case addressing = "IPAM"
    }
}

private struct VolumeList: Decodable {
    let volumes: [Volume]?

    struct Volume: Decodable {
        let name: String
        let labels: [String: String]?

        enum CodingKeys: String, CodingKey {
            case name = "Name"
            case labels = "Labels"
        }
    }

    enum CodingKeys: String, CodingKey {
        case volumes = "Volumes"
    }
}

private struct VolumeCreation: Encodable {
    let name: String
    let labels: [String: String]

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case labels = "Labels"
    }
}
