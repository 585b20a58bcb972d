import Deployer
import Lifecycle
import Model
import Store

/// Switching an environment off and on again.
extension EnvironmentWorker {
    /// A person switches it off, or on again where `stop` is nil.
    func stop(_ stop: EnvironmentRecord.Stop?) async throws(StageFailure) {
        let isStarting = stop == nil
        if isStarting { isComingBack = true }
        machine.stopped(stop)
        let words = stop.map { "switched off by \($0.by); pushes are built and not run" } ?? "switched on again"
        let event = parts.event(id, isStarting ? "environment.started" : "environment.stopped", words)
        try await keepRecord([event])
        // What is under way is for nothing.
        if !isStarting, !isSwitching, workingOn != nil { work.interrupt() }
        wake.ring()
        parts.changes.notify()
    }

    /// What people are told while what was switched off is on its way back; nil: it is not.
    var startingSentence: String? {
        guard isComingBack, record.stopped == nil, record.live != nil, machine.wish?.intent != .delete else {
            return nil
        }
        return "it is being started again" + (repairProblem.map { ": \($0)" } ?? "")
    }

    /// A person wants the deployment once more.
    func redeploy() async throws(StageFailure) {
        machine.redeployed()
        try await keepRecord()
        wake.ring()
        parts.changes.notify()
    }

    /// Builds what a push brought while it is switched off.
    func prepare(_ candidate: Candidate, stop: StopSignal) async {
        let signal = work.begin()
        if stop.isRaised { signal.raise() }
        workingOn = candidate.commit
        defer {
            work.end()
            workingOn = nil
            parts.changes.notify()
        }
        do throws(StageFailure) {
            _ = try await interruptible(by: signal) { () async throws(StageFailure) in
                try await self.images.release(of: candidate, for: self.id, kind: self.record.kind) { _ in }
            }
            machine.prepared(candidate.commit)
        } catch {
            machine.failed(candidate.commit, error, at: parts.now()) { parts.pause(afterFailures: $0) }
            guard error.verdict != .cancelled else { return }
            log.warning("\(candidate.commit.short) cannot be built: \(error.message)")
            await parts.tell(id, "deployment.failed", "\(candidate.commit.short) failed: \(error.message)")
        }
    }

    /// Takes away what runs.
    func halt() async {
        machine.beganLook()
        isHalting = true
        defer { isHalting = false }
        do throws(StageFailure) {
            try await parts.deployer.halt(id)
            machine.halted()
            isComingBack = true
            if record.stopped != nil { parts.capacity.settle(nil, for: id, kind: record.kind) }
        } catch {
            machine.repairFailed(at: parts.now()) { parts.pause(afterFailures: $0) }
            log.warning("cannot stop it: \(error.message)")
        }
        parts.changes.notify()
    }
}
