import ContainerEngine
import Crypto
import Daemon
import Deployer
import Model

/// SHA-256 as the pure parts take it.
let sha256: Hashing = { bytes in
    guard let digest = Digest(SHA256.hex(of: bytes)) else { preconditionFailure("a SHA-256 has 64 digits") }
    return digest
}

/// Projects in which everything runs as it should: production, staging and previews.
enum World {
    /// So many projects with so many environments each.
    static func projects(_ count: Int, environments: Int) -> [Pass.Project] {
        (0..<count).map { project(number: $0, environments: environments) }
    }

    private static func project(number: Int, environments: Int) -> Pass.Project {
        guard let name = ProjectName("project-\(number)") else { preconditionFailure("a plain label") }
        let main = ref(.branch("main"), at: 0)
        let tag = ref(.tag("v1.0.0"), at: 0)
        let branches = (1...(environments - 2)).map { ref(.branch("topic-\($0)"), at: $0) }
        var all = [
            environment(EnvironmentID(project: name, name: .staging), .staging, main),
            environment(EnvironmentID(project: name, name: .production), .production, tag),
        ]
        all += branches.map { branch in
            let preview = EnvironmentName.preview(of: branch.name, hashing: sha256)
            return environment(EnvironmentID(project: name, name: preview), .preview, branch)
        }
        let candidates = ([main] + branches).map { ($0.commit, ProjectFacts.CandidateFinding.ready(candidate($0))) }
        let facts = ProjectFacts(
            project: name, defaultBranch: main.name, confirmedDefaultBranch: main.name, refs: [main, tag] + branches,
            policy: .known(EnvironmentPolicies()), environments: all.map(\.machine.record),
            candidates: Dictionary(uniqueKeysWithValues: candidates))
        return Pass.Project(facts: facts, environments: all)
    }

    private static func ref(_ name: RefName, at number: Int) -> KnownRef {
        let commit = commit(number)
        let seen = Timestamp(milliseconds: 1_000_000)
        return KnownRef(
            name: name, target: commit, commit: commit, isBaseline: false, firstSeen: seen, movedAt: seen,
            sequence: Int64(number))
    }

    private static func environment(
        _ id: EnvironmentID, _ kind: EnvironmentKind, _ ref: KnownRef
    ) -> Pass.Environment {
        let now = Timestamp(milliseconds: 2_000_000)
        let candidate = candidate(ref)
        let configuration = sha256(Array("\(id)".utf8))
        var services: [ReleasedService] = []
        for service in candidate.services {
            guard let image = ImageID(service.buildKey.hex) else { preconditionFailure("64 digits") }
            services.append(
                ReleasedService(
                    name: service.name, definition: service.definition, image: image, buildKey: service.buildKey))
        }
        let release = Release(
            id: sha256(Array("release \(candidate.content)".utf8)), services: services, content: candidate.content)
        var record = EnvironmentRecord(id: id, kind: kind, ref: ref.name, createdAt: now)
        record.live = .init(
            release: release.id, content: release.content, configuration: configuration, commit: ref.commit, since: now,
            deployment: 1)
        record.healthy = [.init(commit: ref.commit, content: release.content, release: release.id, at: now)]
        let wanted = WantedEnvironment(
            id: id, kind: kind, release: release, configuration: EnvironmentConfiguration(digest: configuration),
            commit: ref.commit, ref: ref.name, hosts: ["web": ["\(id.name)--\(id.project).localhost"]],
            front: FrontAddress(scheme: "http", port: 8080), firstSeen: now)
        return Pass.Environment(
            machine: EnvironmentMachine(record: record, configuration: configuration), wanted: wanted,
            observed: observed(wanted))
    }

    /// What a deployment leaves: a container, a network and a route.
    private static func observed(_ wanted: WantedEnvironment) -> ObservedEnvironment {
        let port = 20_001
        let containers = wanted.release.services.map { service in
            let name = ContainerNames.container(
                of: wanted.id, service: service.name, release: wanted.release.id, ordinal: 1)
            return ObservedContainer(
                id: name, name: name, image: service.image, state: .running,
                labels: LabelSet(instance: "bench", wanted: wanted, service: service, replica: 1, port: port),
                createdAt: wanted.firstSeen)
        }
        return ObservedEnvironment(
            id: wanted.id, containers: containers,
            networks: [
                ObservedNetwork(id: "n", name: ContainerNames.network(of: wanted.id), subnet: "10.201.0.0/26")
            ],
            routes: wanted.hosts.map { Route(environment: wanted.id, service: $0.key, hosts: $0.value, ports: [port]) })
    }

    private static func candidate(_ ref: KnownRef) -> Candidate {
        let key = sha256(Array("key \(ref.commit)".utf8))
        return Candidate(
            commit: ref.commit,
            services: [CandidateService(name: "web", definition: ServiceDefinition(), buildKey: key)],
            content: sha256(Array("content \(ref.commit)".utf8)))
    }

    private static func commit(_ number: Int) -> ObjectID {
        guard let id = ObjectID(String(sha256(Array("commit \(number)".utf8)).hex.prefix(40))) else {
            preconditionFailure("40 digits")
        }
        return id
    }
}
