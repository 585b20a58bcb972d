import ContainerEngine
import Lifecycle
import Model
import Store

/// Looks at the disk every few seconds, and at how much memory the engine has, and tells ``Capacity``.
actor CapacityWatch: Service {
    nonisolated let name = "capacity"
    private let capacity: Capacity
    private let places: Places
    private let parts: DaemonParts
    private let projects: Projects
    private let pool = BlockingPool(name: "slipway.disk", width: 1)
    private let housekeeping: Wake
    private nonisolated let wake: Wake
    private var judgements: [String: DiskJudgement] = [:]
    private var engineRoot: String?
    private var knowsEngine = false
    private var wasUrgent = false
    /// Why builds wait for disk; nil while they do not.
    private(set) var problem: String?

    /// Where to look, and by what.
    struct Places: Sendable {
        /// The state directory; nil: there is none, and no disk is looked at.
        var state: String?
        /// How much must be free; nil: what suits the disk.
        var reserve: UInt64?
        /// How much build cache and fetched base images may take; nil: what suits the engine's disk.
        var cache: Int64?
        /// What is free at a path; nil where that cannot be told.
        var space: @Sendable (String) -> FreeSpace?
        /// What the engine says of itself; nil while it does not answer.
        var engine: @Sendable () async -> EngineInfo?
    }

    /// The time between two looks: a fast disk fills by a few GiB in it.
    private static let interval = Duration.seconds(3)
    /// The time between two looks while builds wait.
    private static let shortInterval = Duration.milliseconds(500)

    init(
        _ places: Places, capacity: Capacity, parts: DaemonParts, projects: Projects, wake: Wake, housekeeping: Wake
    ) {
        self.places = places
        self.capacity = capacity
        self.parts = parts
        self.projects = projects
        self.wake = wake
        self.housekeeping = housekeeping
    }

    func run(until stop: StopSignal) async throws {
        let wake = self.wake
        stop.onRaise { wake.ring() }
        while !stop.isRaised {
            await look()
            await wake.wait(until: .after(problem == nil ? Self.interval : Self.shortInterval))
        }
    }

    private func look() async {
        if !knowsEngine, let facts = await places.engine() {
            knowsEngine = true
            engineRoot = facts.rootDirectory
            if let bytes = facts.memoryBytes { capacity.take(memoryBytes: bytes) }
        }
        guard let state = places.state else { return }
        let paths = [state] + [engineRoot].compactMap(\.self)
        let space = places.space
        let spaces = await pool.run { () throws(Never) in paths.map { ($0, space($0)) } }
        var blockers: [String] = []
        var isUrgent = false
        for case (let path, let space?) in spaces {
            var judgement = judgements[path] ?? DiskJudgement(reserve: places.reserve)
            judgement.take(space)
            judgements[path] = judgement
            if let blocker = judgement.blocker(space, at: path) { blockers.append(blocker) }
            isUrgent = isUrgent || judgement.isUrgent(space)
        }
        if engineRoot != nil, let disk = spaces.last?.1 {
            let isNews = capacity.cacheBudget == nil
            capacity.take(cacheBudget: places.cache ?? BuildCache.budget(ofTotal: disk.totalBytes))
            if isNews { housekeeping.ring() }
        }
        if let here = spaces.first?.1 { await mindBallast(in: state, here, isLow: judgements[state]?.isLow ?? false) }
        await tell(blockers.first)
        if isUrgent, !wasUrgent { await giveWay() }
        wasUrgent = isUrgent
    }

    private func tell(_ blocker: String?) async {
        let before = problem
        problem = blocker
        capacity.take(diskBlocker: blocker)
        if let blocker, before == nil {
            parts.log.warning("no build begins: \(blocker)")
            housekeeping.ring()
            await event("disk.low", "no build begins until there is room: \(blocker)")
        } else if blocker == nil, before != nil {
            parts.log.info("there is room on the disk again")
            await event("disk.recovered", "there is room on the disk again, and builds go on")
        }
    }

    private func event(_ kind: String, _ message: String) async {
        await parts.tell([NewEvent(at: parts.now(), project: nil, environment: nil, kind: kind, message: message)])
    }

    /// Room is set aside while there is plenty, and given up when there is none.
    private func mindBallast(in state: String, _ space: FreeSpace, isLow: Bool) async {
        let ballast = Ballast(in: state)
        if space.isExhausted {
            let isGivenUp = await pool.run { () throws(Never) in ballast.giveUp() }
            guard isGivenUp else { return }
            parts.log.error("the disk is full: the room that was set aside in \(ballast.path) was given up")
            housekeeping.ring()
        } else if !isLow {
            await pool.run { () throws(Never) in _ = ballast.takeRoom(of: space) }
        }
    }

    /// Builds that run end: whatever else writes to the disk, the applications' own data first, needs what is left.
    private func giveWay() async {
        parts.log.error("the disk is nearly full: the builds that run are ended, and begin again when there is room")
        for loop in await projects.all {
            for worker in await loop.workers.values { await worker.giveWay() }
        }
    }
}
