import Builder
import Config
import ContainerEngine
import Daemon
import Deployer
import Lifecycle
import Model
import Watcher

extension Surroundings {
    /// Nothing of the machine that the simulation runs on.
    static let simulated = Surroundings(isRoot: true, variables: [:])
}

extension World {
    /// Everything that one life of the daemon stands on.
    func boundaries(of life: Life) -> Daemon.Boundaries {
        let proxy = SimulatedProxy(world: self, life: life)
        let engine = variant.engine(SimulatedEngine(world: self, life: life), life)
        let frame = CaddyFrame(httpPort: 8080, daemonAddress: "127.0.0.1:7420")
        let world = self
        return Daemon.Boundaries(
            records: variant.records(SimulatedRecords(world: self, life: life), world, life), engine: engine,
            engineName: "simulated",
            looks: SimulatedLooks(world: self, life: life), hostNetworks: { [] },
            isPortUnused: { port in !world.engine.takenPorts.contains(port) && world.engine.listening(on: port) == nil
            },
            images: SimulatedImages(world: self, life: life),
            router: Router(
                client: proxy, files: variant.routes(proxy, life), routesDirectory: "/routes", frame: frame,
                log: .silent),
            proxyProgram: proxy, proxyName: "simulated",
            remotes: variant.remotes(SimulatedRemotes(world: self, life: life)), buildLogs: "/dev/null/logs",
            mirrorPath: { "/mirrors/\($0)" }, space: { _ in nil },
            reading: { project in
                guard let repository = world.repositories.first(where: { $0.name == project.name }) else {
                    preconditionFailure("every project has a repository")
                }
                return SimulatedReading(world: world, life: life, repository: repository)
            })
    }
}

/// Looks at containers from outside.
// Unchecked: see SimulatedMachine.
struct SimulatedLooks: HealthLooks, @unchecked Sendable {
    let world: World
    let life: Life

    func look(_ probe: HealthProbe) async -> HealthProbe.Finding {
        let outcome = await world.cross(.look, life) { [world] () -> HealthProbe.Finding in
            guard let container = world.engine.listening(on: probe.port) else { return .unhealthy("refused") }
            guard case .healthy(let after) = world.engine.behaviour(of: container) else { return .unhealthy("refused") }
            let readyAt = container.startedAt + Int64(after) * 1_000_000
            guard world.machine.elapsed >= readyAt else { return .unhealthy("refused") }
            container.isProven = true
            return probe.path == nil ? .connected : .healthy
        }
        if case .value(let finding) = outcome { return finding }
        return .unhealthy("no answer")
    }

    func staysConnected(_ probe: HealthProbe) async -> Bool {
        world.engine.listening(on: probe.port)?.isProven ?? false
    }
}

/// Lists remotes.
// Unchecked: see SimulatedMachine.
struct SimulatedRemotes: RemoteLister, @unchecked Sendable {
    let world: World
    let life: Life

    func list(
        _ addresses: [RemoteAddress], credential: RemoteCredential
    ) async -> [Result<RefListing, StageFailure>] {
        var results: [Result<RefListing, StageFailure>] = []
        for address in addresses {
            let outcome = await world.cross(.listRemote, life) { [world] () -> Result<RefListing, StageFailure> in
                guard let repository = world.repositories.first(where: { $0.address == address }),
                    world.machine.elapsed >= repository.downUntil
                else { return .failure(Self.unreachable) }
                return .success(repository.list(at: world.machine.elapsed))
            }
            switch outcome {
            case .value(let result): results.append(result)
            case .cut(.cancelled): results.append(.failure(.cancelled))
            case .cut: results.append(.failure(Self.unreachable))
            }
        }
        return results
    }

    static let unreachable = StageFailure(
        reason: .remoteUnreachable, verdict: .retry(after: nil), message: "the remote does not answer")
}

/// Reads a project's mirror.
// Unchecked: see SimulatedMachine.
struct SimulatedReading: CommitReading, @unchecked Sendable {
    let world: World
    let life: Life
    let repository: Repository

    func missing(_ refs: [KnownRef]) async -> [KnownRef] {
        refs.filter { !repository.mirror.contains($0.commit) }
    }

    func fetch(_ refs: [KnownRef]) async throws(StageFailure) {
        let outcome = await world.cross(.fetch, life) { [world, repository] () -> Bool in
            guard world.machine.elapsed >= repository.downUntil else { return false }
            for ref in refs { if let listed = repository.refs[ref.name] { repository.mirror.insert(listed.commit) } }
            return true
        }
        switch outcome {
        case .value(true): return
        case .cut(.cancelled): throw .cancelled
        default: throw SimulatedRemotes.unreachable
        }
    }

    func rest() async {}

    func policy(of ref: KnownRef?, lastGood: EnvironmentPolicies?) async -> ProjectFacts.PolicyFinding {
        guard let ref, repository.mirror.contains(ref.commit) else {
            return lastGood.map { .known($0) } ?? .unknown
        }
        guard repository.tree(of: ref.commit).services != nil else {
            return .invalid(message: "a mistake", lastGood: lastGood)
        }
        return .known(EnvironmentPolicies())
    }

    func policies(at commit: ObjectID) async -> EnvironmentPolicies? {
        guard repository.mirror.contains(commit), repository.tree(of: commit).services != nil else { return nil }
        return EnvironmentPolicies()
    }

    func candidate(of commit: ObjectID, tier: BuildTier) async -> ProjectFacts.CandidateFinding? {
        guard repository.mirror.contains(commit) else { return nil }
        let tree = repository.tree(of: commit)
        guard let services = tree.services, let content = tree.content else {
            return .refused(
                FailureRecord(
                    StageFailure(reason: .manifestInvalid, verdict: .stall, message: "the manifest has a mistake")))
        }
        return .ready(Candidate(commit: commit, services: services, content: content))
    }
}

/// Makes images: the real desk with its single flight, over a simulated engine.
// Unchecked: see SimulatedMachine.
final class SimulatedImages: ImageSource, @unchecked Sendable {
    private let world: World
    private let life: Life
    private let desk: BuildDesk

    init(world: World, life: Life) {
        self.world = world
        self.life = life
        let work = Work(world: world, life: life)
        desk = BuildDesk(concurrency: 2) { job, hooks, turn in await work.image(for: job, hooks, turn) }
    }

    func existingImage(project: ProjectName, key: Digest) async throws(StageFailure) -> ImageID? {
        try await Work(world: world, life: life).existing(project, key)
    }

    func image(for job: BuildJob, hooks: BuildHooks) async throws(StageFailure) -> ImageID {
        try await desk.image(for: job, hooks: hooks).get()
    }

    func readLog(
        at path: String, follow: Bool, onPiece: @Sendable ([UInt8]) async -> Void
    ) async throws(StageFailure) {}

    // Unchecked: see SimulatedMachine.
    private struct Work: @unchecked Sendable {
        let world: World
        let life: Life

        static let unavailable = StageFailure(
            reason: .engineUnavailable, verdict: .retry(after: nil), message: "the engine does not answer")

        func existing(_ project: ProjectName, _ key: Digest) async throws(StageFailure) -> ImageID? {
            let outcome = await world.cross(.image, life) { [world] () -> Result<ImageID?, StageFailure> in
                guard world.machine.elapsed >= world.engine.downUntil else { return .failure(Self.unavailable) }
                let found = world.engine.images.values.filter {
                    $0.project == project && $0.key == key && !$0.isForeign
                }
                return .success(found.map(\.id).min { $0.digest < $1.digest })
            }
            switch outcome {
            case .value(let result): return try result.get()
            case .cut(.cancelled): throw .cancelled
            case .cut: throw Self.unavailable
            }
        }

        func image(for job: BuildJob, _ hooks: BuildHooks, _ turn: BuildTurn) async -> Result<ImageID, StageFailure> {
            do throws(StageFailure) {
                if let found = try await existing(job.project, job.key) { return .success(found) }
                guard await turn.wait() else { return .failure(.cancelled) }
                await hooks.onStart()
                let result = await build(job)
                await hooks.onEnd(result)
                return result
            } catch {
                return .failure(error)
            }
        }

        private func build(_ job: BuildJob) async -> Result<ImageID, StageFailure> {
            let began = world.machine.elapsed
            await world.machine.pause(milliseconds: Double(200 + world.chances.below(3000)))
            if Task.isCancelled { return .failure(.cancelled) }
            let outcome = await world.cross(.build, life) { [world] () -> Result<ImageID, StageFailure> in
                guard world.machine.elapsed >= world.engine.downUntil else { return .failure(Self.unavailable) }
                if Stock.tree(ofKey: job.key)?.unbuildable.contains(job.key) == true {
                    return .failure(
                        StageFailure(reason: .buildFailed, verdict: .stall, message: "a step of the Dockerfile failed"))
                }
                world.oracle.builds(job, began: began)
                return .success(world.engine.makeImage(job.project, job.key, at: world.machine.elapsed))
            }
            switch outcome {
            case .value(let result): return result
            case .cut(.cancelled): return .failure(.cancelled)
            case .cut: return .failure(Self.unavailable)
            }
        }
    }
}
