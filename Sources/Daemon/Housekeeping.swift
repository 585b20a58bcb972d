import Deployer
import Lifecycle
import Model
import Store

/// What is done now and then: old records and images that nothing needs go, and an adoption that is complete is noted.
struct Housekeeping: Service {
    let name = "housekeeping"
    private let projects: Projects
    let parts: DaemonParts
    /// Whether the daemon still has to take in what ran before there was its database.
    private let mustAdopt: Bool
    private let pool = BlockingPool(name: "slipway.housekeeping", width: 1)
    /// Rung when the disk is low.
    let wake = Wake()

    init(projects: Projects, parts: DaemonParts, mustAdopt: Bool) {
        self.projects = projects
        self.parts = parts
        self.mustAdopt = mustAdopt
    }

    /// The time between two looks at what ran before the database.
    private static let adoptionInterval = Duration.seconds(2)
    /// The time between two looks for what may go.
    private static let interval = Duration.seconds(600)
    /// The time between two looks while the disk is low.
    private static let pressedInterval = Duration.seconds(5)

    func run(until stop: StopSignal) async throws {
        let wake = self.wake
        stop.onRaise { wake.ring() }
        var mustAdopt = mustAdopt
        var unneededSince: [ImageID: ContinuousClock.Instant] = [:]
        var next = Deadline.after(.zero)
        var pressed = Deadline.after(.zero)
        var knewBudget = false
        while !stop.isRaised {
            if mustAdopt { mustAdopt = await !noteAdoption() }
            let isPressed = parts.capacity.diskBlocker != nil
            if isPressed { next = min(next, pressed) }
            // What the cache may take is known a moment after the start.
            if !knewBudget, parts.capacity.cacheBudget != nil {
                knewBudget = true
                next = .after(.zero)
            }
            if next.hasPassed {
                next = .after(isPressed ? Self.pressedInterval : Self.interval)
                pressed = .after(Self.pressedInterval)
                await tidy(&unneededSince, rest: isPressed ? .zero : Retention.rest)
            }
            await wake.wait(until: mustAdopt ? min(next, .after(Self.adoptionInterval)) : next)
        }
    }

    /// Writes down that everything that ran before has been taken in; false while it has not.
    private func noteAdoption() async -> Bool {
        guard !parts.quarantine.hasProject else { return false }
        for loop in await projects.all { guard await loop.hasAdopted else { return false } }
        do throws(StageFailure) {
            try await parts.kept { ledger in try await ledger.markAdopted() }
            return true
        } catch {
            return false
        }
    }

    private func tidy(_ unneededSince: inout [ImageID: ContinuousClock.Instant], rest: Duration) async {
        // While the records may be older than what runs, they do not say what nothing needs.
        for loop in await projects.all { guard await loop.doubt == nil else { return } }
        // Each by itself: on a full disk the records may refuse to be trimmed, while images can be removed.
        await attempt { () async throws(StageFailure) in
            for loop in await projects.all {
                try await Quarantine.holding(.project(loop.project)) { () async throws(StageFailure) in
                    try await tidyImages(of: loop, rest: rest, unneededSince: &unneededSince)
                }
            }
        }
        await attempt { () async throws(StageFailure) in try await tidyCache(isPressed: rest == .zero) }
        await attempt { () async throws(StageFailure) in try await tidyLogs() }
        await attempt { () async throws(StageFailure) in
            try await parts.kept { ledger in try await ledger.retain(now: parts.now()) }
        }
    }

    private func attempt(_ body: () async throws(StageFailure) -> Void) async {
        do throws(StageFailure) {
            try await body()
        } catch {
            parts.log.warning("cannot remove what nothing needs: \(error.message)")
        }
    }

    /// Removes the output of builds that are long past.
    private func tidyLogs() async throws(StageFailure) {
        // What a project that is set aside needs, nobody says: unknown is not empty.
        guard !parts.quarantine.hasProject else { return }
        var keys: Set<Digest> = []
        var shelf: BuildLogShelf?
        for loop in await projects.all {
            let project = loop.project
            let builds = try await parts.kept { ledger in
                try await ledger.builds(of: project, limit: BuildLogShelf.buildsPerProject)
            }
            keys.formUnion(builds.map(\.key))
            shelf = BuildLogShelf(directory: loop.images.logDirectory)
        }
        if let shelf { await pool.run { [keys] () throws(Never) in _ = shelf.keepOnly(keys) } }
    }

    private func tidyImages(
        of loop: ProjectLoop, rest: Duration, unneededSince: inout [ImageID: ContinuousClock.Instant]
    ) async throws(StageFailure) {
        let project = loop.project
        let records = await loop.records()
        let kept = parts.decisions.keptReleases(records).union(
            Retention.promisedReleases(await loop.wishes(), records))
        let images = try await parts.kept { ledger in
            var needed: Set<ImageID> = []
            for digest in kept {
                if let release = try await ledger.release(digest, of: project) {
                    needed.formUnion(release.services.map(\.image))
                }
            }
            return (needed: needed, known: try await ledger.images(of: project))
        }
        let due = Retention.due(
            known: images.known, needed: images.needed.union(parts.imageUse.recent), unneededSince: &unneededSince,
            now: SteadyClock.now, rest: rest)
        guard !due.isEmpty else { return }
        Failpoint.pass("gc.listed")
        let gone = try await parts.deployer.discardImages(due)
        Failpoint.pass("gc.removed")
        try await parts.kept { ledger in
            for image in gone { try await ledger.forget(image: image) }
        }
        Failpoint.pass("gc.recorded")
        parts.log.info("removed \(gone.count) images that no kept release needs", ("project", project.rawValue))
    }
}
