import Deployer
import Lifecycle
import Model
import Synchronization

/// Watches the engine: lists everything now and then, looks closer where an event says so, and tells the projects.
actor WorldWatch: Service {
    nonisolated let name = "world watch"
    private let deployer: Deployer
    private let projects: Projects
    private let changes: Broadcast
    private let log: Log
    /// What to do when the engine does not answer.
    private let remedy: String
    private nonisolated let wake = Wake()
    private nonisolated let stirred = Mutex<Set<EnvironmentID>>([])
    private nonisolated let mustLookAtAll = Mutex(true)
    private nonisolated let hasBroken = Mutex(false)
    private nonisolated let turns = Mutex<[ContainerTurn]>([])
    private var failures = 0
    /// The environments that events named and that could not be looked at yet.
    private var owed: Set<EnvironmentID> = []
    /// Why the engine cannot be listed; nil while it can.
    private(set) var problem: String?

    /// When the engine was last listed in full.
    private var listedAt: ContinuousClock.Instant?

    /// Why the engine cannot be counted on now; nil while it can.
    var unreadiness: String? {
        if let problem { return problem }
        guard let listedAt else { return "the engine has not been listed yet; \(remedy)" }
        let age = SteadyClock.now - listedAt
        return age < Self.staleness ? nil : "the engine has not been listed for \(age.components.seconds) s; \(remedy)"
    }

    /// After this long without a complete listing nobody knows how the engine stands.
    private static let staleness = Duration.seconds(90)
    /// The time between two complete listings; events tell of changes much sooner.
    private static let interval = Duration.seconds(30)
    /// The longest pause between attempts while the engine does not answer.
    private static let backoff = Backoff(first: .milliseconds(500), limit: .seconds(10), jitter: 0.1)

    init(deployer: Deployer, socket: String, projects: Projects, changes: Broadcast, log: Log) {
        remedy = "start the engine that listens at \(socket)"
        self.deployer = deployer
        self.projects = projects
        self.changes = changes
        self.log = log
    }

    func run(until stop: StopSignal) async throws {
        let wake = self.wake
        stop.onRaise { wake.ring() }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.listen(until: stop) }
            var next = Deadline.after(.zero)
            while !stop.isRaised {
                await handOnTurns()
                await handOnBreak()
                let isDue = mustLookAtAll.withLock { flag in
                    defer { flag = false }
                    return flag
                }
                if isDue || next.hasPassed {
                    next = .after(await lookAtAll())
                } else {
                    await lookAtStirred()
                }
                if stirred.withLock({ $0.isEmpty }), !mustLookAtAll.withLock({ $0 }) { await wake.wait(until: next) }
            }
            group.cancelAll()
        }
    }

    /// How many turns may wait to be handed on; more are only seen in the next listing.
    private static let turnLimit = 1000

    /// Hands on what was started and ended, before anything is looked at because of it.
    private func handOnTurns() async {
        let waiting = turns.withLock { turns in
            defer { turns = [] }
            return turns
        }
        for turn in waiting { await projects.take(turn) }
    }

    /// Hands on that the engine went.
    private func handOnBreak() async {
        let isNews = hasBroken.withLock { flag in
            defer { flag = false }
            return flag
        }
        if isNews { await projects.engineBroke() }
    }

    /// Lists everything; returns when to do so again.
    private func lookAtAll() async -> Duration {
        // What events named is not forgotten when the listing fails.
        owed.formUnion(
            stirred.withLock { set in
                defer { set = [] }
                return set
            })
        do throws(StageFailure) {
            let lookedAt = SteadyClock.now
            let world = try await deployer.observe()
            let wasDown = problem != nil
            if wasDown {
                problem = nil
                log.info("the engine answers again")
                changes.notify()
            }
            failures = 0
            listedAt = SteadyClock.now
            await projects.take(
                world, isComplete: true, stirred: wasDown ? owed.union(world.environments.keys) : owed,
                lookedAt: lookedAt)
            owed = []
            if wasDown { await projects.cameBack([.engineUnavailable, .engineRefused]) }
            return Self.interval
        } catch {
            failures += 1
            if error.reason == .engineUnavailable || error.reason == .engineRefused, problem == nil {
                let since = Timestamp(milliseconds: WallClock.milliseconds())
                problem = "the engine does not answer since \(since): \(error.message); \(remedy)"
                log.error(error.message, ("reason", error.reason.rawValue))
                changes.notify()
            } else if error.reason != .engineUnavailable {
                log.warning(error.message, ("reason", error.reason.rawValue))
            }
            return Self.backoff.pause(afterFailures: failures, random: Chance.fraction())
        }
    }

    /// Looks at the environments that events named.
    private func lookAtStirred() async {
        let ids = stirred.withLock { set in
            defer { set = [] }
            return set
        }
        for id in ids {
            do throws(StageFailure) {
                let lookedAt = SteadyClock.now
                let environment = try await deployer.observe(id)
                await projects.take(
                    ObservedWorld(environments: [id: environment]), isComplete: false, stirred: [id],
                    lookedAt: lookedAt)
                changes.notify()
            } catch {
                // The complete listing finds out what is wrong with the engine, and says so.
                stirred.withLock { _ = $0.insert(id) }
                mustLookAtAll.withLock { $0 = true }
            }
        }
    }

    private func listen(until stop: StopSignal) async {
        await deployer.watch { id in
            self.stirred.withLock { _ = $0.insert(id) }
            self.wake.ring()
        } onTurn: { turn in
            self.turns.withLock { if $0.count < Self.turnLimit { $0.append(turn) } }
            self.wake.ring()
        } onGap: {
            self.mustLookAtAll.withLock { $0 = true }
            self.wake.ring()
        } onBreak: {
            self.hasBroken.withLock { $0 = true }
            self.wake.ring()
        }
    }
}
