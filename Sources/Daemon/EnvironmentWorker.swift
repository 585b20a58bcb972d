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
    private let wake = Wake()
    private let work = CurrentWork()

    var machine: EnvironmentMachine
    /// The deployment under way, or else the last one.
    var deployment: Deployment?
    /// The newest observation of the environment's containers; nil until there is one.
    private var observation: ObservedEnvironment?
    /// What the work at hand is for; nil where nothing would supersede it.
    private var workingOn: ObjectID?
    /// From here on the work at hand is finished, whatever comes.
    private var isSwitching = false
    /// Whether the environment is gone, and the worker with it.
    private(set) var isRemoved = false

    init(record: EnvironmentRecord, last: Deployment?, parts: DaemonParts, images: ImageDesk) {
        id = record.id
        let configuration = parts.configurations.configuration(of: record.id, kind: record.kind, ref: record.ref)
        machine = EnvironmentMachine(record: record, configuration: configuration.digest)
        deployment = last
        self.parts = parts
        self.images = images
        log = parts.log.with("project", record.id.project.rawValue).with("environment", record.id.name.rawValue)
    }

    // What others tell and ask

    /// What is remembered of the environment.
    var record: EnvironmentRecord { machine.record }

    /// The commit that the newest wish names.
    var wantedCommit: ObjectID? { machine.wish?.commit }

    /// What people are shown of it.
    func status(engineProblem: String?) -> EnvironmentStatus {
        StatusView.environment(
            machine: machine, deployment: deployment, observed: observation, engineProblem: engineProblem,
            configurations: parts.configurations)
    }

    /// Takes the Promoter's wish.
    func take(_ wish: EnvironmentWish, finding: ProjectFacts.CandidateFinding?) {
        guard machine.wish != wish || machine.finding != finding else { return }
        machine.wished(wish, finding: finding)
        let configuration = parts.configurations.configuration(of: id, kind: wish.kind, ref: machine.record.ref)
        machine.reconfigured(configuration.digest)
        interruptIfSuperseded()
        wake.ring()
        parts.changes.notify()
    }

    /// Takes what was observed of the containers; looks closer where it may matter.
    func take(_ environment: ObservedEnvironment, isDifferent: Bool) {
        observation = environment
        guard isDifferent else { return }
        machine.stirred()
        wake.ring()
    }

    /// Takes a person's pin, or its end.
    func hold(_ hold: Hold?, pinned: Digest? = nil) async throws(StageFailure) {
        machine.held(hold, pinned: pinned)
        try await parts.kept { ledger in try await ledger.save(record, events: []) }
        interruptIfSuperseded()
        wake.ring()
        try await parts.deployer.mark(id, hold: hold)
    }

    /// Takes a person's request for a commit; nil takes it back.
    func request(_ request: ProjectFacts.Request?) async throws(StageFailure) {
        machine.requested(request)
        try await parts.kept { ledger in try await ledger.save(record, events: []) }
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
        while !isRemoved, !stop.isRaised {
            switch machine.next(at: parts.now()) {
            case .rest(let until): await wake.wait(until: until.map { .after($0.since(parts.now())) })
            case .note(let commit): await note(commit)
            case .refuse(let commit, let failure): await refuse(commit, failure)
            case .deploy(let candidate): await deploy(.candidate(candidate), stop: stop)
            case .promote(let commit, let release): await deploy(.promotion(commit, release), stop: stop)
            case .restore(let release): await deploy(.restoration(release), stop: stop)
            case .repair: await repair()
            case .sweep: await sweep()
            case .remove: await remove()
            }
        }
    }

    /// Interrupts work for a commit that is no longer the one wanted, unless the route is moving already.
    private func interruptIfSuperseded() {
        guard let workingOn, !isSwitching, machine.target != workingOn else { return }
        work.interrupt()
    }

    // Deploying

    /// Where a deployment's release comes from.
    enum Source: Sendable {
        /// Built, or found built, from a commit's tree.
        case candidate(Candidate)
        /// The very release another environment ran, on behalf of a commit.
        case promotion(ObjectID, Digest)
        /// An earlier release of this environment.
        case restoration(Digest)
    }

    private func deploy(_ source: Source, stop: StopSignal) async {
        let commit = commit(of: source)
        let signal = work.begin()
        if stop.isRaised { signal.raise() }
        isSwitching = false
        if case .restoration = source { workingOn = nil } else { workingOn = commit }
        defer {
            work.end()
            workingOn = nil
            isSwitching = false
            parts.changes.notify()
        }
        do throws(StageFailure) {
            try await begin(commit)
            let release = try await interruptible(by: signal) { () async throws(StageFailure) in
                try await self.release(from: source)
            }
            let wanted = wanted(release, commit: commit)
            deployment?.release = release.id
            deployment?.configuration = wanted.configuration.digest
            await entered(.preparing)
            _ = try await interruptible(by: signal) { () async throws(StageFailure) in
                try await self.parts.deployer.converge(on: wanted, reporter: self)
            }
            await becameLive(release, wanted: wanted)
        } catch {
            await failed(commit, error, isStopping: stop.isRaised)
        }
    }

    private func commit(of source: Source) -> ObjectID {
        switch source {
        case .candidate(let candidate): candidate.commit
        case .promotion(let commit, _): commit
        case .restoration(let release):
            record.healthy.last { $0.release == release }?.commit ?? record.live?.commit ?? .zero
        }
    }

    private func begin(_ commit: ObjectID) async throws(StageFailure) {
        machine.began(commit)
        if let deployment, !deployment.state.isFinal, deployment.commit == commit { return }
        let (record, wish) = (machine.record, machine.wish)
        let cause = record.pinned == nil ? wish?.reason ?? "asked for by a person" : "rolled back by a person"
        deployment = try await parts.kept { ledger in
            try await ledger.beginDeployment(
                environment: record.id, kind: record.kind, commit: commit, ref: record.ref, cause: cause, at: parts.now())
        }
        log.info("deploying \(commit.short): \(cause)")
        parts.changes.notify()
    }

    private func release(from source: Source) async throws(StageFailure) -> Release {
        switch source {
        case .candidate(let candidate):
            return try await images.release(of: candidate, for: id, kind: record.kind) { built in
                await self.isBuilding(built)
            }
        case .promotion(_, let digest), .restoration(let digest):
            let release = try await parts.kept { ledger in
                try await ledger.release(digest, of: id.project)
            }
            guard let release else {
                throw StageFailure(
                    reason: .imageLost, verdict: .stall,
                    message: "release \(digest.short) is not in the records any more",
                    hint: "deploy a newer commit, or tag one that staging has run")
            }
            return release
        }
    }

    /// Says that an image does not exist yet and is being built.
    private func isBuilding(_ service: String) async {
        deployment?.built = true
        await entered(.building)
        await step("build \(service)", .began)
    }

    /// The environment as the Deployer should make it.
    func wanted(_ release: Release, commit: ObjectID) -> WantedEnvironment {
        let configuration = parts.configurations.configuration(of: id, kind: record.kind, ref: record.ref)
        let services = release.services.map { (name: $0.name, isPublic: $0.definition.isPublic) }
        return WantedEnvironment(
            id: id, kind: record.kind, release: release, configuration: configuration, commit: commit, ref: record.ref,
            hosts: parts.configurations.hosts(of: id, services: services), front: parts.configurations.front,
            firstSeen: record.createdAt, hold: record.hold)
    }

    private func becameLive(_ release: Release, wanted: WantedEnvironment) async {
        let now = parts.now()
        let previous = machine.record.live?.deployment
        machine.becameLive(
            .init(
                release: release.id, content: release.content, configuration: wanted.configuration.digest,
                commit: wanted.commit, since: now, deployment: deployment?.number ?? 0))
        deployment?.state = .live
        deployment?.liveAt = now
        closeSteps("done", at: now)
        let how = deployment?.built == true ? "built and deployed" : "deployed without a build"
        let message = "\(wanted.commit.short) is live as release \(release.id.short), \(how)"
        await persist(kind: "deployment.live", message, replacing: previous)
        log.info(message)
    }

    private func failed(_ commit: ObjectID, _ failure: StageFailure, isStopping: Bool) async {
        let now = parts.now()
        machine.failed(commit, failure, at: now) { parts.pause(afterFailures: $0) }
        closeSteps(failure.verdict == .cancelled ? "interrupted" : "failed", at: now)
        if failure.verdict == .cancelled {
            // A deployment that the daemon's stop interrupted stays open: the next start goes on with it.
            if isStopping { return await persist(kind: nil, "", replacing: nil) }
            let isGone = machine.wish?.intent == .delete
            deployment?.state = isGone ? .cancelled : .superseded
            deployment?.endedAt = now
            let why = isGone ? "its environment is being deleted" : "a newer commit came first"
            return await persist(kind: "deployment.superseded", "\(commit.short) was given up: \(why)", replacing: nil)
        }
        deployment?.state = .failed
        deployment?.endedAt = now
        deployment?.failure = FailureRecord(failure)
        log.warning("\(commit.short) failed: \(failure.message)", ("reason", failure.reason.rawValue))
        await persist(kind: "deployment.failed", "\(commit.short) failed: \(failure.message)", replacing: nil)
    }

    // The smaller actions

    private func note(_ commit: ObjectID) async {
        machine.noted(commit, at: parts.now())
        let message = "\(commit.short) yields the release that already runs; nothing to do"
        await persist(kind: "deployment.unchanged", message, replacing: nil)
        log.info(message)
        parts.changes.notify()
    }

    private func refuse(_ commit: ObjectID, _ failure: FailureRecord) async {
        do throws(StageFailure) {
            try await begin(commit)
            let verdict = StageFailure(
                reason: failure.reason, verdict: .stall, message: failure.message, hint: failure.hint,
                output: failure.output)
            await failed(commit, verdict, isStopping: false)
        } catch {
            machine.failed(commit, error, at: parts.now()) { parts.pause(afterFailures: $0) }
        }
        parts.changes.notify()
    }

    private func repair() async {
        guard let live = record.live else { return }
        do throws(StageFailure) {
            let release = try await parts.kept { ledger in
                try await ledger.release(live.release, of: id.project)
            }
            guard let release else { return machine.repaired() }
            let wanted = wanted(release, commit: live.commit)
            // What runs may have been started under an older configuration; that alone is no damage.
            guard wanted.configuration.digest == live.configuration else { return machine.repaired() }
            let result = try await parts.deployer.converge(on: wanted, reporter: SilentReporter())
            machine.repaired()
            if result.changed {
                let message = "what ran differed from release \(release.id.short) and was mended"
                log.warning(message)
                await parts.tell(id, "environment.drift", message)
                parts.changes.notify()
            }
        } catch {
            machine.repairFailed(at: parts.now()) { parts.pause(afterFailures: $0) }
            log.warning("cannot look after what runs: \(error.message)")
        }
    }

    private func sweep() async {
        let signal = work.begin()
        defer { work.end() }
        // Any wish but the one at hand interrupts a drain; what is left is swept after the next deployment.
        workingOn = machine.target ?? .zero
        defer { workingOn = nil }
        do throws(StageFailure) {
            guard let live = record.live else { return machine.swept() }
            let release = try await parts.kept { ledger in
                try await ledger.release(live.release, of: id.project)
            }
            guard let release else { return machine.swept() }
            let wanted = wanted(release, commit: live.commit)
            try await interruptible(by: signal) { () async throws(StageFailure) in
                try await self.parts.deployer.sweep(wanted)
            }
            machine.swept()
        } catch {
            if error.verdict == .cancelled { return }
            machine.sweepFailed(at: parts.now()) { parts.pause(afterFailures: $0) }
            log.warning("cannot remove what is left of earlier releases: \(error.message)")
        }
    }

    private func remove() async {
        do throws(StageFailure) {
            let reason = machine.wish?.reason ?? "asked for by a person"
            log.info("removing: \(reason)")
            try await parts.deployer.remove(id)
            let event = parts.event(id, "environment.deleted", "removed with everything it had: \(reason)")
            try await parts.kept { ledger in
                try await ledger.delete(environment: id, events: [event])
            }
            isRemoved = true
        } catch {
            machine.sweepFailed(at: parts.now()) { parts.pause(afterFailures: $0) }
            log.warning("cannot remove it: \(error.message)")
        }
        parts.changes.notify()
    }

    // Remembering

    private func closeSteps(_ outcome: String, at now: Timestamp) {
        guard var steps = deployment?.steps else { return }
        for index in steps.indices where steps[index].endedAt == nil {
            steps[index].endedAt = now
            steps[index].outcome = outcome
        }
        deployment?.steps = steps
    }

    /// Writes the environment and its deployment in one transaction, with an event.
    private func persist(kind: String?, _ message: String, replacing previous: Int64?) async {
        let events = kind.map { [parts.event(id, $0, message)] } ?? []
        do throws(StageFailure) {
            try await parts.kept { [record, deployment] ledger in
                if let deployment {
                    try await ledger.save(deployment, environment: record, replacing: previous, events: events)
                } else {
                    try await ledger.save(record, events: events)
                }
            }
        } catch {
            // The engine and Git still say what is true; the next change writes the record again.
            log.error("cannot write the records: \(error.message)")
        }
    }
}

extension EnvironmentWorker: DeploymentReporter {
    func entered(_ state: DeploymentState) async {
        guard deployment?.state != state else { return }
        deployment?.state = state
        if state == .switching { isSwitching = true }
        parts.changes.notify()
    }

    func step(_ name: String, _ progress: StepProgress) async {
        let now = parts.now()
        let outcome: String? =
            switch progress {
            case .began: nil
            case .done(let words), .failed(let words): words
            }
        guard let index = deployment?.steps.firstIndex(where: { $0.name == name && $0.endedAt == nil }) else {
            let endedAt = outcome == nil ? nil : now
            deployment?.steps.append(StepRecord(name: name, startedAt: now, endedAt: endedAt, outcome: outcome))
            return
        }
        guard let outcome else { return }
        deployment?.steps[index].endedAt = now
        deployment?.steps[index].outcome = outcome
    }

    func maySwitch() async -> Bool {
        guard let workingOn else { return true }
        guard machine.target == workingOn else { return false }
        isSwitching = true
        return true
    }
}

/// For work that no deployment stands behind.
private struct SilentReporter: DeploymentReporter {
    func entered(_ state: DeploymentState) async {}
    func step(_ name: String, _ progress: StepProgress) async {}
    func maySwitch() async -> Bool { true }
}
