import Builder
import Config
import Deployer
import Lifecycle
import Model
import Promoter
import Store
import Synchronization
import Watcher

/// Everything about one project: takes listings in, reads what it needs, asks the Promoter, and hands wishes to its workers.
///
/// One pass at a time; whatever arrives meanwhile causes one more.
actor ProjectLoop: Service {
    nonisolated let name: String
    nonisolated let project: ProjectName
    nonisolated let wake = Wake()
    nonisolated let mailbox = Mutex<Observation?>(nil)

    let parts: DaemonParts
    let images: ImageDesk
    let log: Log
    /// Reads its repository; nil: the configuration does not name the project any more.
    let repository: (any CommitReading)?
    var reading: any CommitReading { repository ?? NoReading() }
    /// Whether nothing is left of a project that is not configured.
    var isForgotten = false

    /// What is remembered of the project itself.
    var stored: StoredProject
    /// What is remembered of its refs.
    var refs: [KnownRef]
    /// Its environments.
    var workers: [EnvironmentName: EnvironmentWorker] = [:]
    /// When environments that are gone went, until they were not seen any more.
    var removedAt: [EnvironmentName: ContinuousClock.Instant] = [:]
    var adoption: Adoption
    /// Why the records may be older than what runs; nil when they are not, or a person has looked.
    var doubt: Restoration?
    var policy: ProjectFacts.PolicyFinding = .unknown
    /// What the manifest of the release that is live in production says about production.
    var livePolicy: (commit: ObjectID, policy: ProductionPolicy?)?
    var candidates: [ObjectID: ProjectFacts.CandidateFinding] = [:]
    /// The last decision, and the facts it follows from.
    var decided: (facts: ProjectFacts, decision: Promotion.Decision)?
    /// The same of forks' commits, read as a fork's.
    var forkCandidates: [ObjectID: ProjectFacts.CandidateFinding] = [:]
    var areDeletionsApproved = false
    var hasListing = false
    /// How many complete listings were taken in since the start.
    var listings: Int64 = 0
    /// How many listings in a row that said the same were taken in: some are overwritten while the loop is busy.
    var takenInARow = 0
    var expiry = PreviewExpiry()
    /// The environments of which nothing but a network was found when everything was listed last.
    var bare: Set<EnvironmentName> = []
    /// The deliveries that asked for a look, until one was taken.
    nonisolated let inbox = Mutex(DeliveryInbox())
    /// What deliveries announced and Git does not show yet.
    var announcements = Announcements()
    /// When Git is looked at again for that.
    var lookAgain: Deadline?
    /// Until when people are not told again that something is waited for.
    var toldOfLate: Deadline?
    var fetchFailures = 0
    var retry: Deadline?
    var confirmation: Deadline?
    /// What could not be written down yet, when that is tried again, and why it failed.
    var unsaved = UnsavedRefs()
    /// Whose turn it is to write what is remembered of the project.
    let saving = WriteTurns()
    var resaveAt: Deadline?
    var savingFailed: String?
    let look: @Sendable () -> Void
    /// What is known of its pull requests without asking, and how more is learnt.
    let source: PullRequestSource
    /// Without the host's API: the pull requests whose head was seen at a branch of the repository, and which.
    var ownHeads: [Int: RefName] = [:]
    /// Why the last look at the remote failed; nil when it did not.
    var problem: FailureRecord?
    /// When the refs were last listed in full.
    var listedAt: Timestamp?
    /// The pull requests that the host's API describes; nil while it has not been asked.
    var pullRequests: [PullRequest]?

    init(
        stored: StoredProject, refs: [KnownRef], records: [EnvironmentRecord], last: [EnvironmentName: Deployment],
        isAmnesiac: Bool, doubt: Restoration? = nil, reading: (any CommitReading)?, images: ImageDesk,
        parts: DaemonParts, source: PullRequestSource = PullRequestSource(),
        look: @escaping @Sendable () -> Void
    ) {
        self.source = source
        project = stored.name
        name = "project \(stored.name)"
        self.stored = stored
        self.refs = refs
        repository = reading
        problem = reading == nil ? Self.orphanage(of: stored.name) : nil
        self.images = images
        self.parts = parts
        self.look = look
        self.doubt = doubt
        adoption = Adoption(isAmnesiac: isAmnesiac || doubt != nil)
        log = parts.log.with("project", stored.name.rawValue)
        let wake = self.wake
        for record in records {
            workers[record.id.name] = EnvironmentWorker(
                record: record, last: last[record.id.name], sparesLeftovers: doubt != nil, parts: parts, images: images,
                onRecord: { wake.ring() })
        }
    }

    /// Whether the configuration does not name it any more.
    var isOrphaned: Bool { repository == nil }

    /// Whether everything that ran before there was a database has been taken in.
    var hasAdopted: Bool {
        !adoption.isAmnesiac || (adoption.hasObserved && hasListing && adoption.unresolved.isEmpty)
    }

    /// Whether an environment that it does not have does not exist: Git and the engine were both asked.
    var knowsEveryEnvironment: Bool { hasListing && adoption.hasObserved && hasAdopted }

    // What others tell

    /// Takes the newest listing, or why there is none.
    nonisolated func take(_ observation: Observation) {
        mailbox.withLock { waiting in
            // What it repeats may never have been taken in.
            let repeats = min(waiting?.repeats ?? .max, observation.repeats)
            waiting = Observation(projects: observation.projects, result: observation.result, repeats: repeats)
        }
        wake.ring()
    }

    /// Takes what was observed of the project's containers.
    ///
    /// - Parameter isComplete: everything was listed, so an environment that is missing has no containers.
    func take(
        _ environments: [EnvironmentName: ObservedEnvironment], isComplete: Bool, stirred: Set<EnvironmentName>,
        lookedAt: ContinuousClock.Instant
    ) async {
        if isComplete {
            if doubt != nil, !adoption.hasObserved { await correct(by: environments) }
            removedAt = removedAt.filter { $0.value >= lookedAt }
            // What a look saw that began before its end is not there any more.
            for (name, observed) in environments where workers[name] == nil && removedAt[name] == nil {
                guard let record = adoption.record(of: observed, now: parts.now()) else {
                    await clear(observed)
                    continue
                }
                adoption.found(record, observed)
                addWorker(record)
                Failpoint.pass("life.start.adopted")
                log.info("found environment \(name) running and adopted it")
                wake.ring()
            }
            if !adoption.hasObserved {
                if adoption.isAmnesiac { await goOnAdopting(environments) }
                adoption.hasObserved = true
                wake.ring()
            }
        }
        for (name, worker) in workers {
            if let observed = environments[name] {
                await worker.take(observed, isDifferent: stirred.contains(name), lookedAt: lookedAt)
            } else if isComplete {
                await worker.take(
                    ObservedEnvironment(id: worker.id), isDifferent: stirred.contains(name), lookedAt: lookedAt)
            }
        }
    }

    /// The commit that a branch was last seen at.
    func tip(of branch: RefName) -> ObjectID? { refs.first { $0.name == branch && !$0.isGone }?.commit }

    /// Takes what the host's API says of pull requests.
    func take(pullRequests: [PullRequest]) {
        guard self.pullRequests != pullRequests else { return }
        self.pullRequests = pullRequests
        wantHeads()
        wake.ring()
    }

    /// Takes that a container was started or ended.
    func take(_ turn: ContainerTurn) async { await workers[turn.environment.name]?.take(turn) }

    /// Removes the network of an environment that is not there any more: its creation was asked for before the
    /// environment went, and happened afterwards. Only what two complete listings showed alone.
    private func clear(_ observed: ObservedEnvironment) async {
        // A pin that was written while the environment went is all that its marker holds.
        let areMarkers = observed.volumes.allSatisfy { $0.labels.hold != nil && !adoption.isAmnesiac }
        let isBare =
            observed.containers.isEmpty && areMarkers && !(observed.networks.isEmpty && observed.volumes.isEmpty)
        guard isBare, hasAdopted, hasListing, doubt == nil, bare.remove(observed.id.name) != nil else {
            if isBare { bare.insert(observed.id.name) }
            return
        }
        do throws(StageFailure) {
            try await parts.deployer.remove(observed.id)
            log.info("removed the network of \(observed.id), which is gone")
        } catch {
            log.warning("the network of \(observed.id), which is gone, cannot be removed: \(error.message)")
        }
    }

    /// A person confirmed that the default branch was renamed on purpose.
    func confirmDefaultBranch() async {
        stored.confirmedDefaultBranch = stored.defaultBranch
        await save(changed: [], removing: [], events: [])
        wake.ring()
    }

    /// The worker of an environment, if there is one.
    func worker(_ name: EnvironmentName) -> EnvironmentWorker? { workers[name] }

    // The loop

    func run(until stop: StopSignal) async throws {
        let wake = self.wake
        stop.onRaise { wake.ring() }
        await withDiscardingTaskGroup { group in
            var started: [EnvironmentName: EnvironmentWorker] = [:]
            while !stop.isRaised {
                await Quarantine.holding(.project(project)) { await pass() }
                // By identity: an environment that went and came back within a pass has another worker.
                started = started.filter { workers[$0.key] === $0.value }
                for (name, worker) in workers where mayWork && started[name] == nil {
                    started[name] = worker
                    group.addTask {
                        await worker.run(until: stop)
                        wake.ring()
                    }
                }
                await wake.wait(until: [retry, confirmation, resaveAt, lookAgain].compactMap(\.self).min())
            }
        }
    }

    /// Whether workers may begin. Not while what runs is unknown and the records may be older than it.
    private var mayWork: Bool { doubt == nil || adoption.hasObserved }

    private func pass() async {
        if let due = resaveAt, due.hasPassed {
            resaveAt = nil
            await saveUnsaved()
        }
        await dropRemoved()
        if isOrphaned { return await leaveAsItIs() }
        if let due = confirmation, due.hasPassed {
            confirmation = nil
            look()
        }
        if let due = lookAgain, due.hasPassed {
            lookAgain = nil
            look()
        }
        if let observation = mailbox.withLock({ $0.take() }) {
            if observation.repeats == 0 { takenInARow = 0 }
            if observation.repeats >= 2, takenInARow >= 2, hasListing, problem == nil {
                // Nothing can follow from a listing that was seen twice before; an idle daemon costs next to nothing.
                listedAt = parts.now()
                listings += 1
                if case .success(let listing) = observation.result {
                    await resolveDoubts()
                    await settle(openInbox(), after: listing)
                }
            } else {
                if case .success = observation.result { takenInARow += 1 } else { takenInARow = 0 }
                await take(observation.result)
            }
        }
        // Until the engine has been listed once, an environment that runs without a record is unknown, not absent.
        guard hasListing, adoption.hasObserved || !adoption.isAmnesiac else { return }
        retry = nil
        await decide()
    }

    private func dropRemoved() async {
        for (name, worker) in workers where await worker.isRemoved {
            workers[name] = nil
            removedAt[name] = SteadyClock.now
            parts.changes.notify()
        }
        guard refs.contains(where: \.isGone) else { return }
        let used = Set(await records().compactMap(\.ref))
        let forgotten = refs.filter { $0.isGone && !used.contains($0.name) }.map(\.name)
        guard !forgotten.isEmpty else { return }
        for ref in forgotten where !stored.dismissed.isEmpty {
            stored.dismissed[.preview(of: ref, hashing: sha256)] = nil
        }
        refs.removeAll { forgotten.contains($0.name) }
        await save(changed: [], removing: forgotten, events: [])
        areDeletionsApproved = false
    }

    func take(_ result: Result<RefListing, StageFailure>) async {
        switch result {
        case .failure(let failure):
            if problem?.reason != failure.reason {
                log.warning(failure.message, ("reason", failure.reason.rawValue))
                await tell("remote.failed", failure.message)
            }
            problem = FailureRecord(failure)
        case .success(let listing):
            if problem != nil { await tell("remote.recovered", "the remote answers again") }
            problem = nil
            let listedBefore = listedAt
            listedAt = parts.now()
            await resolveDoubts()
            let newest = openInbox()
            await fold(listing, listedBefore: listedBefore)
            hasListing = true
            listings += 1
            await settle(newest, after: listing)
        }
        parts.changes.notify()
    }

    /// The time between seeing a ref gone and looking again to be sure.
    static let confirmationPause = Duration.seconds(1)

    private func fold(_ whole: RefListing, listedBefore: Timestamp?) async {
        let listing = withoutUnwantedHeads(whole)
        var update = parts.decisions.folding(
            listing, refs, !stored.isBaselined, stored.nextSequence, parts.now())
        noteBaselineHeads(in: &update)
        if update.changes.contains(where: { $0.kind == .created && $0.ref.isTag }) {
            Failpoint.pass("promote.tag.seen")
        }
        // What came while the daemon was down could not be told of.
        if hasListing, update.changes.contains(where: { $0.ref.isBranch || $0.ref.isTag }) {
            parts.hooks.moved(project, at: parts.now(), listedBefore: listedBefore)
        }
        let head = listing.head
        let isRenamed = stored.defaultBranch != head
        noteOwnHeads(in: update.known)
        guard !update.changes.isEmpty || isRenamed || !stored.isBaselined || update.known != refs else { return }
        let before = Dictionary(uniqueKeysWithValues: refs.map { ($0.name, $0) })
        let changed = update.known.filter { before[$0.name] != $0 }
        refs = update.known
        stored.nextSequence = update.nextSequence
        stored.defaultBranch = head
        if stored.confirmedDefaultBranch == nil { stored.confirmedDefaultBranch = head }
        stored.isBaselined = true
        // A ref counts as gone when two complete listings lack it: the second look need not wait for the next poll.
        if update.known.contains(where: { $0.absences == 1 }) { confirmation = .after(Self.confirmationPause) }
        for change in update.changes {
            switch change.kind {
            case .moved(let old): announcements.left(old, change.ref)
            case .vanished: if let old = before[change.ref] { announcements.left(old.target, change.ref) }
            default: break
            }
        }
        let events = update.changes.compactMap { change in
            RefEvents.sentence(for: change, now: update.known.first { $0.name == change.ref }).map {
                NewEvent(at: parts.now(), project: project, environment: nil, kind: $0.kind, message: $0.message)
            }
        }
        await save(changed: changed, removing: [], events: events)
    }

    // Remembering

    func addWorker(_ record: EnvironmentRecord) {
        let wake = self.wake
        workers[record.id.name] = EnvironmentWorker(
            record: record, last: nil, isNew: true, sparesLeftovers: doubt != nil, parts: parts, images: images,
            onRecord: { wake.ring() })
        parts.changes.notify()
    }

    /// What is remembered of every environment.
    func records() async -> [EnvironmentRecord] {
        var records: [EnvironmentRecord] = []
        for (_, worker) in workers.sorted(by: { $0.key < $1.key }) { records.append(await worker.record) }
        return records
    }

    /// What is wanted of every environment.
    func wishes() async -> [EnvironmentWish] {
        var wishes: [EnvironmentWish] = []
        for worker in workers.values { if let wish = await worker.machine.wish { wishes.append(wish) } }
        return wishes
    }

    func tell(_ kind: String, _ message: String) async {
        await parts.tell([NewEvent(at: parts.now(), project: project, environment: nil, kind: kind, message: message)])
    }
}
