import Deployer
import Lifecycle
import Model
import Store

extension EnvironmentWorker {
    // The smaller actions

    func note(_ commit: ObjectID) async {
        machine.noted(commit, at: parts.now())
        let message = "\(commit.short) yields the release that already runs; nothing to do"
        await persist(kind: "deployment.unchanged", message, replacing: nil)
        log.info(message)
        parts.changes.notify()
    }

    func refuse(_ commit: ObjectID, _ failure: FailureRecord) async {
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

    func repair() async {
        guard let live = record.live else { return }
        let claim = RecoveryQueue.Claim(id: id, kind: record.kind, liveSince: live.since)
        guard await parts.recovery.mayBegin(claim) else {
            return machine.repairPutOff(until: parts.now().advanced(by: RecoveryQueue.pause))
        }
        attemptedAt = SteadyClock.now
        do throws(StageFailure) {
            try await mend(live)
            isAwaited = false
            await parts.recovery.finished(id)
        } catch {
            await parts.recovery.failed(id, isEngineAway: error.reason == .engineUnavailable)
            machine.repairFailed(at: parts.now()) { parts.pause(afterFailures: $0) }
            takeReturn(of: error.reason)
            // One line for each state: an engine that is away is told by whoever watches it.
            if repairProblem != error.message { log.warning("cannot look after what runs: \(error.message)") }
            repairProblem = error.message
        }
    }

    /// Those who wait for it to be looked after need not any more.
    func needsNoRecovery() async {
        guard isAwaited else { return }
        isAwaited = false
        await parts.recovery.finished(id)
    }

    private func mend(_ live: EnvironmentRecord.LiveRelease) async throws(StageFailure) {
        machine.beganLook()
        let release = try await parts.kept { ledger in
            try await ledger.release(live.release, of: id.project)
        }
        guard let release else { return machine.repaired() }
        var wanted = wanted(release, commit: live.commit)
        // What runs may have been started under an older configuration; that alone is no damage. What is damaged is
        // mended under the one of now: the older one is not known any more. Lost routes alone need nothing of it.
        var isOlder = wanted.configuration.digest != live.configuration
        if isOlder {
            let observed = try await parts.deployer.observeServed(id)
            if observed.runs(release, configuration: live.configuration) {
                if observed.serves(release, configuration: live.configuration) {
                    return machine.repaired(hasLeftovers: observed.hasMore(than: live))
                }
                wanted.configuration.digest = live.configuration
                isOlder = false
            }
        }
        wanted.resting = machine.beginRepair(at: parts.now())
        let result = try await parts.deployer.converge(on: wanted, reporter: SilentReporter())
        machine.repaired(hasLeftovers: result.needsSweep, proven: result.proven)
        if isOlder { machine.reconfiguredLive(wanted.configuration.digest) }
        // What was adopted and nothing was sent to is healthy only now.
        let isNews = wanted.resting.isEmpty && machine.foundHealthy(at: parts.now())
        if isOlder || isNews { await persist(kind: nil, "", replacing: nil) }
        repairProblem = nil
        if isComingBack {
            isComingBack = false
            settleMemory(release)
            return parts.changes.notify()
        }
        guard result.changed, wanted.resting.isEmpty else { return }
        let message = "what ran differed from release \(release.id.short) and was mended"
        log.warning(message)
        await parts.tell(id, "environment.drift", message)
        parts.changes.notify()
    }

    func sweep() async {
        let signal = work.begin()
        defer { work.end() }
        // Any wish but the one at hand interrupts a drain; what is left is swept after the next deployment.
        workingOn = target ?? .zero
        defer { workingOn = nil }
        do throws(StageFailure) {
            guard let live = record.live else { return machine.swept() }
            let release = try await parts.kept { ledger in
                try await ledger.release(live.release, of: id.project)
            }
            guard let release else { return machine.swept() }
            var resting = wanted(release, commit: live.commit)
            // What runs is what stays, even where the configuration of now is another one.
            resting.configuration.digest = live.configuration
            resting.resting = machine.crashes.resting(at: parts.now())
            let wanted = resting
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

    func remove() async {
        do throws(StageFailure) {
            let reason = machine.wish?.reason ?? "asked for by a person"
            log.info("removing: \(reason)")
            try await parts.deployer.remove(id)
            try await forgetRecord(
                parts.event(id, "environment.deleted", "removed with everything it had: \(reason)"))
            parts.capacity.settle(nil, for: id, kind: record.kind)
        } catch {
            machine.sweepFailed(at: parts.now()) { parts.pause(afterFailures: $0) }
            log.warning("cannot remove it: \(error.message)")
        }
        parts.changes.notify()
    }

    // Remembering

    func closeSteps(_ outcome: String, at now: Timestamp) {
        guard var steps = deployment?.steps else { return }
        for index in steps.indices where steps[index].endedAt == nil {
            steps[index].endedAt = now
            steps[index].outcome = outcome
        }
        deployment?.steps = steps
    }

    /// Finds the last deployment of an environment that has no record: a crash may have come before its first one.
    func recall() async {
        guard !isRecalled else { return }
        let last = try? await parts.kept { [id] ledger in
            try await ledger.deployments(of: id.project, environment: id.name, limit: 1)
        }
        guard let last else { return }
        isRecalled = true
        guard deployment == nil else { return }
        deployment = last.first
        isCutOff = !(deployment?.state.isFinal ?? true)
    }
}

/// For work that no deployment stands behind.
private struct SilentReporter: DeploymentReporter {
    func entered(_ state: DeploymentState) async {}
    func step(_ name: String, _ progress: StepProgress) async {}
    func maySwitch() async -> Bool { true }
}
