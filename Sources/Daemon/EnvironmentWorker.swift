import ContainerEngine
import Deployer
import Lifecycle
import Model
import Store

/// The one writer of one environment: asks its ``EnvironmentMachine`` what to do, does it, and says what came of it.
///
/// Owned by the project's loop. Waiting holds no thread; a newer wish interrupts work that has not switched yet.
actor EnvironmentWorker {
    nonisolated let id: EnvironmentID
    let parts: DaemonParts
    let images: ImageDesk
    let log: Log
    let wake = Wake()
    let work = CurrentWork()
    /// Whose turn it is to write what is remembered of the environment.
    let turns = WriteTurns()
    /// Told whenever the record has changed: what happens here is a fact for other environments' wishes.
    let onRecord: @Sendable () -> Void

    var machine: EnvironmentMachine
    /// What it adds to a release, and what that follows from.
    private var configured: (kind: EnvironmentKind, ref: RefName?, configuration: EnvironmentConfiguration)?
    /// The deployment under way, or else the last one.
    var deployment: Deployment?
    /// The newest observation of the environment's containers.
    var latest = LatestLook(at: SteadyClock.now)
    /// What it saw; nil until there is one.
    var observation: ObservedEnvironment? { latest.observed }
    /// What the work at hand is for; nil where nothing would supersede it.
    var workingOn: ObjectID?
    /// From here on the work at hand is finished, whatever comes.
    var isSwitching = false
    /// Whether the environment is gone, and the worker with it.
    var isRemoved = false
    /// What looks from outside say of what runs.
    var health = LiveHealth()
    /// Why looking after what runs failed last; nil: it did not.
    var repairProblem: String?
    /// How the services of the live release are looked at.
    var checks: LiveChecks?
    /// Whether the last deployment is known; that of an environment without a record must be looked up.
    var isRecalled: Bool
    /// Whether the deployment is one that an earlier daemon left open, and what is served was not looked at yet.
    var isCutOff: Bool
    /// Whether others may wait for it to be looked after first.
    var isAwaited = true
    /// How often in a row that look failed.
    var takeUpFailures = 0
    /// When the daemon has run for long enough to know what Git wants.
    let settlesAt = Deadline.after(.seconds(60))
    /// Whether the records lack what ``persist(kind:_:replacing:)`` could not write.
    var isUnsaved: Bool
    /// The deployments that are live in the records alone.
    var unsavedReplaced: [Int64] = []
    /// What happened that they lack.
    var unsavedEvents: [NewEvent] = []

    /// When what failures were for was last seen to have gone, and when the attempt at hand began.
    var returnedAt: [StageFailure.Reason: ContinuousClock.Instant] = [:]
    var attemptedAt = SteadyClock.now

    /// When the engine last went.
    var engineBrokeAt: ContinuousClock.Instant?
    /// The capacity's generation when there was no room.
    var obstacleGeneration = 0
    /// What people were told last that it waits for.
    var toldObstacle: EnvironmentMachine.Obstacle?
    /// The memory that what is live may use; nil: not known, or nothing is.
    var liveMemory: Int64?
    /// The build at hand ends because the disk is nearly full.
    var isGivingWay = false
    /// What runs was taken away on purpose, and is about to be started again.
    var isComingBack = false
    /// Its containers are being taken away on purpose: that they end is no crash.
    var isHalting = false
    /// How long a preview may be left alone; nil: for ever, or not known yet.
    var lifetime: Duration?
    /// How much of the time it was left alone is not written down yet.
    var unsavedLease = Duration.zero

    init(
        record: EnvironmentRecord, last: Deployment?, isNew: Bool = false, sparesLeftovers: Bool = false,
        parts: DaemonParts, images: ImageDesk,
        onRecord: @escaping @Sendable () -> Void
    ) {
        id = record.id
        let configuration = parts.configurations.configuration(of: record.id, kind: record.kind, ref: record.ref)
        machine = EnvironmentMachine(record: record, configuration: configuration.digest)
        configured = (record.kind, record.ref, configuration)
        if sparesLeftovers { machine.sparesLeftovers() }
        deployment = last
        liveMemory = parts.capacity.promised(to: record.id)
        isRecalled = last != nil
        isCutOff = !(last?.state.isFinal ?? true)
        isUnsaved = isNew
        self.parts = parts
        self.images = images
        self.onRecord = onRecord
        log = parts.log.with("project", record.id.project.rawValue).with("environment", record.id.name.rawValue)
    }

    // What others tell and ask

    /// What is remembered of the environment.
    var record: EnvironmentRecord { machine.record }

    /// The commit that work at hand should be for now.
    var target: ObjectID? { parts.decisions.target(machine) }

    /// Whether nothing ever ran here, and nothing is there now.
    var isUnused: Bool {
        let record = machine.record
        return record.live == nil && record.healthy.isEmpty && record.inProgress == nil && record.failed == nil
            && record.hold == nil && observation?.containers.isEmpty == true
    }

    /// The commit that the newest wish names.
    var wantedCommit: ObjectID? { machine.wish?.commit }

    /// What people are shown of it.
    func status(engineProblem: String?) -> EnvironmentStatus {
        var status = StatusView.environment(
            machine: machine, deployment: deployment, observed: observation, engineProblem: engineProblem,
            configurations: parts.configurations, health: health, now: parts.now(), expires: expires)
        if let words = startingSentence {
            (status.health, status.healthReason) = (.unknown, words)
            (status.progress, status.reason) = (.deploying, words)
        }
        if let suspect = parts.quarantine.suspect(.environment(id)) {
            status.progress = .waiting
            status.reason = suspect.sentence
        }
        return status
    }

    /// Takes the Promoter's wish.
    func take(_ wish: EnvironmentWish, finding: ProjectFacts.CandidateFinding?) {
        guard machine.wish != wish || machine.finding != finding else { return }
        machine.wished(wish, finding: finding)
        machine.reconfigured(configuration(kind: wish.kind, ref: machine.record.ref).digest)
        interruptIfSuperseded()
        wake.ring()
        parts.changes.notify()
    }

    /// What the environment adds to a release; computed anew only when it may be something else.
    func configuration(kind: EnvironmentKind, ref: RefName?) -> EnvironmentConfiguration {
        if let configured, configured.kind == kind, configured.ref == ref { return configured.configuration }
        let configuration = parts.configurations.configuration(of: id, kind: kind, ref: ref)
        configured = (kind, ref, configuration)
        return configuration
    }

    /// Takes what was observed of the containers; looks closer where it may matter.
    ///
    /// - Parameter lookedAt: when the look began; what an older look saw is not taken for news.
    func take(_ environment: ObservedEnvironment, isDifferent: Bool, lookedAt: ContinuousClock.Instant) async {
        let finding = latest.take(environment, lookedAt: lookedAt)
        // No event tells of everything, and none of what happened while nobody listened.
        guard isDifferent || (finding != .same && finding != .outdated) else {
            if finding == .same { doubt(environment) }
            return
        }
        lookAgain()
        guard case .different(let renamed) = finding else { return }
        for (old, new) in renamed.sorted(by: { $0.key < $1.key }) {
            await parts.tell(
                id, "environment.drift", "\(old) was renamed to \(new); it is known by its labels, and serves on")
        }
    }

    /// What looks as it did before may still not be as it should: it was mended in between, and ended or was
    /// paused again.
    private func doubt(_ environment: ObservedEnvironment) {
        guard let live = record.live else { return }
        let idle = environment.containers.filter {
            (!$0.isAlive || $0.state == .paused) && $0.labels.release == live.release
                && $0.labels.configuration == live.configuration
        }
        guard !idle.isEmpty else { return }
        machine.doubted(idle.map(\.name), at: parts.now())
        wake.ring()
    }

    /// What runs may not be what should: it is compared again.
    func lookAgain() {
        machine.stirred()
        wake.ring()
    }

    /// Takes a person's pin, or its end.
    func hold(_ hold: Hold?, pinned: Digest? = nil) async throws(StageFailure) {
        if hold != nil, isLeaving {
            throw StageFailure(
                reason: .other, verdict: .stall, message: "environment '\(id.name)' of \(id.project) is being deleted",
                hint: "wait until it is gone; the next push brings it back")
        }
        let before = (hold: record.hold, pinned: record.pinned)
        machine.held(hold, pinned: pinned)
        do { try await keepRecord() } catch {
            // Whoever asked is told that it failed: then it must not be so after all.
            machine.held(before.hold, pinned: before.pinned)
            throw error
        }
        interruptIfSuperseded()
        wake.ring()
        try await parts.deployer.mark(id, hold: hold)
    }

    /// Takes a person's request for a commit; nil takes it back.
    func request(_ request: ProjectFacts.Request?) async throws(StageFailure) {
        let before = record.requested
        machine.requested(request)
        do { try await keepRecord() } catch {
            machine.requested(before)
            throw error
        }
        wake.ring()
    }

    /// Takes a record that is truer than the one that was remembered.
    func correct(_ record: EnvironmentRecord) async {
        let before = machine.record.live
        machine.corrected(record)
        let what = record.live.map { "it runs \($0.commit.short)" } ?? "nothing of it runs"
        let event = parts.event(
            id, "environment.corrected",
            "the records said \(before.map { "that \($0.commit.short) runs" } ?? "that nothing runs"); \(what)")
        do throws(StageFailure) {
            try await keepRecord([event])
        } catch {
            log.error("cannot write down what was found: \(error.message)")
        }
        parts.changes.notify()
    }

    /// What was found running is not all of a release.
    func disown(_ live: EnvironmentRecord.LiveRelease) async {
        guard record.live == live else { return }
        machine.disowned()
        await parts.tell(
            id, "environment.corrected", "what was found of \(live.commit.short) is not all of it; it is deployed again"
        )
        await persist(kind: nil, "", replacing: nil)
        wake.ring()
    }

    /// A person has looked at what there is: what is left of earlier releases may go.
    func confirmed() {
        machine.confirmed()
        wake.ring()
    }

    // The loop

    /// Works until the environment is removed or the daemon stops.
    func run(until stop: StopSignal) async {
        let (wake, work) = (self.wake, self.work)
        stop.onRaise {
            work.interrupt()
            wake.ring()
        }
        let object = WorkObject.environment(id)
        while !isRemoved, !stop.isRaised {
            // A release rings.
            guard parts.quarantine.suspect(object) == nil else {
                await wake.wait(until: nil)
                continue
            }
            let rest = await Quarantine.holding(object) { await act(until: stop) }
            if let rest { await wake.wait(until: rest.until) }
        }
    }

    /// Nothing to do before that moment; nil: before something changes.
    private struct Rest { let until: Deadline? }

    /// Does what is to be done next; nothing, where it returns for how long.
    private func act(until stop: StopSignal) async -> Rest? {
        if machine.obstacle != nil, parts.capacity.generation != obstacleGeneration { machine.unobstructed() }
        await recall()
        if let due = await takeUpSwitch() { return Rest(until: due) }
        let action = parts.decisions.next(machine, parts.now())
        await endLeftOver(before: action)
        if isUnsaved, action.beginsDeployment {
            // What came before is written first: a later deployment takes its place in memory.
            await persist(kind: nil, "", replacing: nil)
            guard !isUnsaved else { return Rest(until: .after(Self.savingPause)) }
        }
        switch action {
        case .rest(let until):
            if !machine.awaitsLook { await needsNoRecovery() }
            let due = until.map { Deadline.after($0.since(parts.now())) }
            if isUnsaved { await persist(kind: nil, "", replacing: nil) }
            guard isUnsaved else { return Rest(until: due) }
            return Rest(until: min(due ?? .after(Self.savingPause), .after(Self.savingPause)))
        case .note(let commit): await note(commit)
        case .refuse(let commit, let failure): await refuse(commit, failure)
        case .deploy(let candidate):
            if let gate = await obstacle(to: candidate) {
                await obstructed(candidate.commit, by: gate)
            } else {
                await deploy(.candidate(candidate), stop: stop)
            }
        case .promote(let commit, let release): await deploy(.promotion(commit, release), stop: stop)
        case .restore(let release): await deploy(.restoration(release), stop: stop)
        case .prepare(let candidate): await prepare(candidate, stop: stop)
        case .halt: await halt()
        case .repair:
            if doubtsRecord {
                await needsNoRecovery()
                // What failed before is still tried again at its time.
                machine.repairPutOff(until: parts.now().advanced(by: Self.doubtPause))
            } else {
                await repair()
            }
        case .sweep: await sweep()
        case .remove:
            await needsNoRecovery()
            await remove()
        }
        return nil
    }

    /// Whether what runs is left alone, because a crash cut a deployment off that may have stopped some of it: Git says
    /// soon whether it is gone on with.
    private var doubtsRecord: Bool {
        guard let open = deployment, !open.state.isFinal, machine.wish == nil || target == open.commit else {
            return false
        }
        return !settlesAt.hasPassed
    }

    /// The pause before it is asked again whether that is so.
    private static let doubtPause = Duration.seconds(1)

    /// The pause before records that could not be written are written again.
    private static let savingPause = Duration.seconds(2)

    /// Interrupts work for a commit that is no longer the one wanted, unless the route is moving already.
    private func interruptIfSuperseded() {
        guard let workingOn, !isSwitching, target != workingOn else { return }
        work.interrupt()
    }
}
