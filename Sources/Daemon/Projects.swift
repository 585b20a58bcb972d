import Deployer
import Model
import Store
import Synchronization

/// The projects of the daemon, by name.
actor Projects {
    private var loops: [ProjectName: ProjectLoop] = [:]
    /// The same, for those who cannot wait.
    private let known = Mutex<[ProjectName: ProjectLoop]>([:])

    /// Adds a project.
    func add(_ loop: ProjectLoop) {
        loops[loop.project] = loop
        known.withLock { $0[loop.project] = loop }
    }

    /// A delivery of a project's is on disk and asks for a look.
    nonisolated func delivered(_ sequence: Int64, _ delivery: NewDelivery) {
        known.withLock { $0[delivery.project] }?.delivered(sequence, delivery)
    }

    /// Nobody knows whether a delivery of a project's is on disk, or where in the order.
    nonisolated func doubted(_ delivery: NewDelivery) {
        known.withLock { $0[delivery.project] }?.doubted(delivery)
    }

    /// The project of that name, if there is one.
    func loop(_ name: ProjectName) -> ProjectLoop? { loops[name] }

    /// Every project, ordered by name.
    var all: [ProjectLoop] { loops.values.sorted { $0.project < $1.project } }

    /// Hands on that a container was started or ended.
    func take(_ turn: ContainerTurn) async { await loops[turn.environment.project]?.take(turn) }

    /// Hands on that the engine went, or is going.
    func engineBroke() async {
        for worker in await workers { await worker.engineBroke() }
    }

    /// Hands on that what failures were for has gone.
    func cameBack(_ reasons: Set<StageFailure.Reason>) async {
        for worker in await workers { await worker.cameBack(reasons) }
    }

    /// The workers of all environments, ordered by name.
    var workers: [EnvironmentWorker] {
        get async {
            var workers: [EnvironmentWorker] = []
            for loop in all { workers += await loop.workers.values }
            return workers.sorted { $0.id < $1.id }
        }
    }

    /// Every project that people are shown: those of which nothing is left are not.
    var shown: [ProjectLoop] {
        get async {
            var shown: [ProjectLoop] = []
            for loop in all where await !loop.isForgotten { shown.append(loop) }
            return shown
        }
    }

    /// Hands what was observed to the projects it belongs to.
    func take(
        _ world: ObservedWorld, isComplete: Bool, stirred: Set<EnvironmentID>, lookedAt: ContinuousClock.Instant
    ) async {
        var byProject: [ProjectName: [EnvironmentName: ObservedEnvironment]] = [:]
        for (id, environment) in world.environments { byProject[id.project, default: [:]][id.name] = environment }
        for (name, loop) in loops {
            let environments = byProject[name] ?? [:]
            let stirredHere = Set(stirred.lazy.filter { $0.project == name }.map(\.name))
            guard isComplete || !environments.isEmpty || !stirredHere.isEmpty else { continue }
            await Quarantine.holding(.project(name)) {
                await loop.take(environments, isComplete: isComplete, stirred: stirredHere, lookedAt: lookedAt)
            }
        }
    }
}
