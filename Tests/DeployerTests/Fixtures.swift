import ContainerEngine
import Deployer
import Model

func sha(_ seed: Character) -> Digest {
    guard let digest = Digest(String(repeating: seed, count: 64)) else { fatalError("\(seed) is no digit") }
    return digest
}

func commitID(_ seed: Character) -> ObjectID {
    guard let id = ObjectID(String(repeating: seed, count: 40)) else { fatalError("\(seed) is no digit") }
    return id
}

func imageID(_ seed: Character) -> ImageID {
    guard let image = ImageID(sha(seed).hex) else { fatalError("\(seed) is no digit") }
    return image
}

extension EnvironmentID {
    static func make(_ project: String = "shop", _ name: String = "staging") -> Self {
        guard let project = ProjectName(project), let name = EnvironmentName(name) else { fatalError("not a name") }
        return Self(project: project, name: name)
    }
}

extension ReleasedService {
    static func make(
        _ name: String = "web", _ definition: ServiceDefinition = .init(), image id: ImageID = imageID("a")
    ) -> Self {
        Self(name: name, definition: definition, image: id, buildKey: sha("b"))
    }
}

extension WantedEnvironment {
    static func make(
        _ id: EnvironmentID = .make(), services: [ReleasedService] = [.make()], release: Digest = sha("1"),
        configuration: Digest = sha("c"), hosts: [String: [String]]? = nil, hold: Hold? = nil
    ) -> Self {
        let usual = services.filter { $0.definition.isPublic && $0.definition.port != .worker }.map {
            ($0.name, ["\($0.name).staging--shop.localhost"])
        }
        return Self(
            id: id, kind: .staging, release: Release(id: release, services: services, content: sha("d")),
            configuration: EnvironmentConfiguration(digest: configuration), commit: commitID("e"), ref: .branch("main"),
            hosts: hosts ?? Dictionary(uniqueKeysWithValues: usual), front: FrontAddress(scheme: "http", port: 8080),
            firstSeen: Timestamp(milliseconds: 1_000_000), hold: hold)
    }
}

extension ObservedContainer {
    /// What a pass over that environment would have left: the container of one replica.
    static func make(
        of wanted: WantedEnvironment, _ service: String = "web", replica: Int = 1, ordinal: Int? = nil,
        port: Int? = 20_001,
        state: ContainerState = .running, image: ImageID? = nil, at milliseconds: Int64 = 5_000_000
    ) -> Self {
        let released = wanted.service(service) ?? .make(service)
        let name = ContainerNames.container(
            of: wanted.id, service: service, release: wanted.release.id, ordinal: ordinal ?? replica)
        return Self(
            id: "id-\(name)", name: name, image: image ?? released.image, state: state,
            labels: LabelSet(instance: "test", wanted: wanted, service: released, replica: replica, port: port),
            createdAt: Timestamp(milliseconds: milliseconds))
    }
}

extension ObservedEnvironment {
    /// An environment with its network, these containers and these routes.
    static func make(
        _ containers: [ObservedContainer], of id: EnvironmentID = .make(), routes: [Route] = []
    ) -> Self {
        let name = ContainerNames.network(of: id)
        return Self(
            id: id, containers: containers, networks: [ObservedNetwork(id: "n", name: name, subnet: "10.201.0.0/26")],
            routes: routes)
    }
}

extension WantedEnvironment {
    /// The route of one of its services.
    func route(_ service: String = "web", to ports: [Int] = [20_001]) -> Route {
        Route(environment: id, service: service, hosts: hosts[service] ?? [], ports: ports)
    }
}
