import Deployer
import Lifecycle
import Model
import Store

extension EnvironmentWorker {
    /// Where a deployment's release comes from.
    enum Source: Sendable {
        /// Built, or found built, from a commit's tree.
        case candidate(Candidate)
        /// The very release another environment ran, on behalf of a commit.
        case promotion(ObjectID, Digest)
        /// An earlier release of this environment.
        case restoration(Digest)
    }

    func deploy(_ source: Source, stop: StopSignal) async {
        let commit = commit(of: source)
        let signal = work.begin()
        if stop.isRaised { signal.raise() }
        isSwitching = false
        isGivingWay = false
        attemptedAt = SteadyClock.now
        if case .restoration = source { workingOn = nil } else { workingOn = commit }
        defer {
            work.end()
            workingOn = nil
            isSwitching = false
            parts.changes.notify()
        }
        do throws(StageFailure) {
            try await begin(commit)
            if case .promotion = source { Failpoint.pass("promote.intent.after") }
            let release = try await interruptible(by: signal) { () async throws(StageFailure) in
                try await self.release(from: source)
            }
            let wanted = replacing(wanted(release, commit: commit))
            deployment?.release = release.id
            deployment?.configuration = wanted.configuration.digest
            await entered(.preparing)
            _ = try await interruptible(by: signal) { () async throws(StageFailure) in
                try await self.parts.deployer.converge(on: wanted, reporter: self)
            }
            if case .restoration = source { try Failpoint.pass("rollback.route.switched", StageFailure.injected) }
            await becameLive(release, wanted: wanted)
            if case .restoration = source { Failpoint.pass("rollback.recorded") }
        } catch {
            await failed(commit, doubting(rebuilding(error, source)), isStopping: stop.isRaised)
        }
    }

    /// An image that is gone is built again where it can be: the next attempt finds that it does not exist.
    private func rebuilding(_ failure: StageFailure, _ source: Source) -> StageFailure {
        guard failure.reason == .imageLost, case .candidate = source else { return failure }
        return StageFailure(
            reason: failure.reason, verdict: .retry(after: nil), message: failure.message,
            hint: "it was removed from the engine, and is built again", output: failure.output)
    }

    /// What an engine said of a build as it went is no verdict: the build is tried again.
    private func doubting(_ failure: StageFailure) -> StageFailure {
        guard failure.reason == .buildFailed, failure.verdict == .stall, let engineBrokeAt,
            SteadyClock.now - engineBrokeAt < EnvironmentMachine.dying
        else { return failure }
        return StageFailure(
            reason: failure.reason, verdict: .retry(after: nil), message: failure.message,
            hint: "the engine went away at that moment, so it is tried again", output: failure.output)
    }

    /// What failures were for has gone: nothing waits any longer because of it.
    func cameBack(_ reasons: Set<StageFailure.Reason>) {
        for reason in reasons { returnedAt[reason] = SteadyClock.now }
        machine.cameBack(reasons, at: parts.now())
        wake.ring()
    }

    /// An attempt failed; where what it failed for has gone since it began, the next one need not wait.
    func takeReturn(of reason: StageFailure.Reason) {
        guard let returned = returnedAt[reason], returned >= attemptedAt else { return }
        machine.cameBack([reason], at: parts.now())
    }

    /// The engine went, or is going.
    func engineBroke() {
        engineBrokeAt = SteadyClock.now
        machine.engineBroke(at: parts.now())
        wake.ring()
    }

    func commit(of source: Source) -> ObjectID {
        switch source {
        case .candidate(let candidate): candidate.commit
        case .promotion(let commit, _): commit
        case .restoration(let release):
            record.healthy.last { $0.release == release }?.commit ?? record.live?.commit ?? .zero
        }
    }

    func begin(_ commit: ObjectID) async throws(StageFailure) {
        machine.began(commit)
        if let deployment, !deployment.state.isFinal, deployment.commit == commit { return }
        let (record, wish) = (machine.record, machine.wish)
        if deployment == nil, record.live == nil {
            // Before anything of it exists: after a crash nothing else would say whose its network is, once its ref is gone.
            try await keepRecord()
        }
        let cause = record.pinned == nil ? wish?.reason ?? "asked for by a person" : "rolled back by a person"
        // Whether a request that failed has made a deployment is not known: the newest one is looked up again.
        (deployment, isRecalled) = (nil, false)
        deployment = try await parts.kept { ledger in
            try await ledger.beginDeployment(
                environment: record.id, kind: record.kind, commit: commit, ref: record.ref, cause: cause,
                at: parts.now())
        }
        isRecalled = true
        log.info("deploying \(commit.short): \(cause)")
        parts.changes.notify()
        onRecord()
    }

    func release(from source: Source) async throws(StageFailure) -> Release {
        switch source {
        case .candidate(let candidate):
            let release = try await images.release(of: candidate, for: id, kind: record.kind) { built in
                await self.isBuilding(built)
            }
            closeSteps("done", at: parts.now())
            return release
        case .promotion(_, let digest), .restoration(let digest):
            if case .promotion = source { try Failpoint.pass("promote.digest.compared", StageFailure.injected) }
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
    func isBuilding(_ service: String) async {
        deployment?.built = true
        await entered(.building)
        await step("build \(service)", .began)
    }

    /// The environment as the Deployer should make it.
    func wanted(_ release: Release, commit: ObjectID) -> WantedEnvironment {
        let configuration = configuration(kind: record.kind, ref: record.ref)
        let services = release.services.map { (name: $0.name, isPublic: $0.definition.isPublic) }
        return WantedEnvironment(
            id: id, kind: record.kind, release: release, configuration: configuration, commit: commit, ref: record.ref,
            pullRequest: id.name.pullRequest,
            hosts: parts.configurations.hosts(of: id, services: services), front: parts.configurations.front,
            firstSeen: record.createdAt, hold: record.hold)
    }

    /// The same, with what is known of what it takes the place of.
    private func replacing(_ wanted: WantedEnvironment) -> WantedEnvironment {
        var wanted = wanted
        wanted.faltering = machine.crashes.resting(at: parts.now())
        return wanted
    }

    func becameLive(_ release: Release, wanted: WantedEnvironment) async {
        // Whoever sees that it is live must find its containers and addresses: nothing is awaited between
        // taking in what was observed and saying so.
        let lookedAt = SteadyClock.now
        machine.beganLook()
        let seen = await observation(after: wanted)
        if let seen { _ = latest.take(seen, lookedAt: lookedAt) }
        // Something may have ended since it was found healthy.
        let isWhole = seen?.runs(release, configuration: wanted.configuration.digest) ?? false
        await becameLive(
            release, configuration: wanted.configuration.digest, commit: wanted.commit,
            how: deployment?.built == true ? "built and deployed" : "deployed without a build", isWhole: isWhole)
    }

    /// A release is what runs and is served.
    ///
    /// - Parameters:
    ///   - how: how it came to that, in words.
    ///   - isWhole: all of it was seen to run.
    func becameLive(
        _ release: Release, configuration: Digest, commit: ObjectID, how: String, isWhole: Bool
    ) async {
        let now = parts.now()
        let previous = machine.record.live?.deployment
        health = LiveHealth()
        isComingBack = false
        machine.becameLive(
            .init(
                release: release.id, content: release.content, configuration: configuration, commit: commit,
                since: now, deployment: deployment?.number ?? 0), for: deployment?.ref)
        if !isWhole { machine.stirred() }
        deployment?.release = release.id
        deployment?.configuration = configuration
        deployment?.state = .live
        deployment?.liveAt = now
        closeSteps("done", at: now)
        settleMemory(release)
        toldObstacle = nil
        let message = "\(commit.short) is live as release \(release.id.short), \(how)"
        await persist(kind: "deployment.live", message, replacing: previous)
        isAwaited = false
        await parts.recovery.finished(id)
        log.info(message)
    }

    private nonisolated func observation(after wanted: WantedEnvironment) async -> ObservedEnvironment? {
        do throws(StageFailure) {
            return try await parts.deployer.observe(wanted.id)
        } catch {
            // The next look at the engine says what is wrong with it.
            return nil
        }
    }

    func failed(_ commit: ObjectID, _ failure: StageFailure, isStopping: Bool) async {
        let now = parts.now()
        if !isStopping, await waitsForRoom(commit, failure) { return closeSteps("interrupted", at: now) }
        takeMemoryBack()
        machine.failed(commit, failure, at: now) { parts.pause(afterFailures: $0) }
        takeReturn(of: failure.reason)
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
        if let workingOn, target != workingOn { return false }
        if workingOn != nil { isSwitching = true }
        await keepIntent()
        return true
    }
}
