import Config
package import Lifecycle
package import Model
import Store
import Watcher

/// What people and scripts ask of the daemon, carried out.
package final class DaemonControl: Control {
    let parts: DaemonParts
    let projects: Projects
    let watch: WorldWatch
    let door: FrontDoor
    let watcher: RepositoryWatcher
    let links: [ProjectName: HostLink]
    let configuration: Configuration
    let identity: Identity
    let rejections = RejectionLog()
    let secrets = SecretCache()
    let counts = DeliveryCounts()
    /// The configured projects, by name.
    let settings: [ProjectName: Configuration.Project]
    private let checks: [ReadinessCheck]
    /// Copies the records; nil where they cannot be copied.
    let backups: BackupDesk?
    /// The notices that were sent; nil: nobody is told anything.
    let notices: NoticeDesk?

    /// What the daemon is called.
    struct Identity: Sendable {
        let version: String
        let instance: String
        let startedAt: Timestamp
        let engineName: String
    }

    init(
        parts: DaemonParts, projects: Projects, watch: WorldWatch, door: FrontDoor, watcher: RepositoryWatcher,
        links: [ProjectName: HostLink] = [:], configuration: Configuration, identity: Identity,
        checks: [ReadinessCheck], backups: BackupDesk? = nil, notices: NoticeDesk? = nil
    ) {
        self.notices = notices
        self.parts = parts
        self.projects = projects
        self.watch = watch
        self.door = door
        self.watcher = watcher
        self.links = links
        self.configuration = configuration
        settings = Dictionary(configuration.projects.map { ($0.name, $0) }) { first, _ in first }
        self.identity = identity
        self.checks = checks
        self.backups = backups
    }

    // Finding things

    func loop(_ name: ProjectName) async throws(RequestProblem) -> ProjectLoop {
        if let loop = await projects.loop(name), await !loop.isForgotten { return loop }
        if let suspect = parts.quarantine.suspect(.project(name)) {
            throw .conflict("\(suspect.sentence); \(suspect.remedy)")
        }
        let known = await projects.shown.map(\.project.rawValue).joined(separator: ", ")
        throw .notFound(
            "there is no project '\(name)'"
                + (known.isEmpty ? "; the configuration names none" : "; there are: \(known)"))
    }

    func worker(_ id: EnvironmentID) async throws(RequestProblem) -> EnvironmentWorker {
        let loop = try await loop(id.project)
        if let worker = await loop.worker(id.name) { return worker }
        let known = await loop.workers.keys.sorted().map(\.rawValue).joined(separator: ", ")
        throw .notFound(
            "project '\(id.project)' has no environment '\(id.name)'"
                + (known.isEmpty ? "; it has none yet" : "; it has: \(known)"))
    }

    /// Asks the ledger; its errors become problems of the request.
    func kept<Value: Sendable>(
        _ body: (any Records) async throws(StageFailure) -> Value
    ) async throws(RequestProblem) -> Value {
        do throws(StageFailure) {
            return try await body(parts.ledger)
        } catch {
            throw .unavailable(error.message)
        }
    }

    // Status

    package func status() async -> DaemonStatus {
        var statuses: [ProjectStatus] = []
        let problem = await watch.problem
        for loop in await projects.shown { statuses.append(await status(of: loop, engineProblem: problem)) }
        return DaemonStatus(
            version: identity.version, instance: identity.instance, startedAt: identity.startedAt,
            engine: PartStatus(name: identity.engineName, problem: problem),
            router: PartStatus(name: door.partName, problem: await door.problem),
            disk: PartStatus(name: configuration.state, problem: parts.capacity.diskBlocker),
            projects: (statuses + dormant).sorted { $0.name < $1.name }, setAside: parts.quarantine.all)
    }

    package func project(_ name: ProjectName) async throws(RequestProblem) -> ProjectStatus {
        if await projects.loop(name) == nil, let status = dormant.first(where: { $0.name == name }) { return status }
        return await status(of: try await loop(name), engineProblem: await watch.problem)
    }

    package func environment(_ id: EnvironmentID) async throws(RequestProblem) -> EnvironmentStatus {
        await (try await worker(id)).status(engineProblem: await watch.problem)
    }

    /// A project's environments, in the order they are shown.
    func environments(of loop: ProjectLoop) async -> [EnvironmentStatus] {
        let problem = await watch.problem
        var environments: [EnvironmentStatus] = []
        for worker in await loop.workers.values {
            environments.append(await worker.status(engineProblem: problem))
        }
        return environments.sorted(by: StatusView.isOrdered)
    }

    private func status(of loop: ProjectLoop, engineProblem: String?) async -> ProjectStatus {
        let environments = await environments(of: loop)
        let configured = configuration.projects.first { $0.name == loop.project }?.repository
        let stored = await loop.stored.remote
        let remote = (configured ?? stored).description
        return ProjectStatus(
            name: loop.project, remote: remote, defaultBranch: await loop.stored.defaultBranch,
            listedAt: await loop.listedAt, problem: await loop.problem, manifestProblem: await loop.manifestProblem,
            host: links[loop.project]?.status, announced: await loop.announced,
            webhook: settings[loop.project].map { webhook(of: $0) }, environments: environments)
    }

    package func explanation(of id: EnvironmentID) async throws(RequestProblem) -> Explanation {
        let worker = try await worker(id)
        return StatusView.explanation(
            of: await worker.status(engineProblem: await watch.problem), project: try await project(id.project),
            failed: await worker.record.failed, now: parts.now())
    }

    // Records

    package func history(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) async throws(RequestProblem) -> [Deployment] {
        _ = try await loop(project)
        return try await kept { _ throws(StageFailure) in
            try await parts.kept { ledger in
                try await ledger.deployments(of: project, environment: environment, limit: limit)
            }
        }
    }

    package func builds(of project: ProjectName, limit: Int) async throws(RequestProblem) -> [BuildRecord] {
        _ = try await loop(project)
        return try await kept { _ throws(StageFailure) in
            try await parts.kept { ledger in try await ledger.builds(of: project, limit: limit) }
        }
    }

    package var changes: Broadcast { parts.changes }

    package func events(
        project: ProjectName?, after: Int64?, limit: Int
    ) async throws(RequestProblem) -> [DaemonEvent] {
        try await kept { _ throws(StageFailure) in
            try await parts.kept { ledger in
                try await ledger.events(project: project, after: after, limit: limit)
            }
        }
    }

    package func readiness() async -> Readiness { await checks.readiness() }
}
