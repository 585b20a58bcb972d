package import Model

/// An environment that a person switches off, switches on, or starts anew.
extension EnvironmentMachine {
    // What happened

    /// A person switched the environment off, or on again.
    package mutating func stopped(_ stop: EnvironmentRecord.Stop?) {
        record.stopped = stop
        prepared = nil
        stirred()
    }

    /// The images of a commit exist.
    package mutating func prepared(_ commit: ObjectID) {
        prepared = commit
        if record.failed?.commit == commit { record.failed = nil }
    }

    /// Nothing runs any more.
    package mutating func halted() {
        repairFailures = 0
        repairAt = nil
        mustSweep = false
        mustLook = mustRestart || stirs != seenStirs
        mustRestart = false
        crashes = CrashCounts()
    }

    /// A person wants the deployment once more: one that failed is tried again, what runs is started anew.
    package mutating func redeployed() {
        (record.failed, obstacle) = (nil, nil)
        mustRestart = record.live != nil && record.live?.commit == target
        stirred()
    }

    // What to do next

    /// What is done while it is switched off: the newest commit's images are built, and nothing runs.
    func stoppedAction(at now: Timestamp) -> Action {
        if mustLook, repairIsDue(now) { return .halt }
        if record.hold == nil, record.pinned == nil, case .run(let commit)? = wish?.intent, prepared != commit,
            let action = run(commit, at: now)
        {
            switch action {
            case .deploy(let candidate): return .prepare(candidate)
            case .refuse: return action
            default: break
            }
        }
        let moments = [record.failed?.retryAt, mustLook ? repairAt : nil]
        return .rest(until: moments.compactMap(\.self).filter { $0 > now && isNear($0, now) }.min())
    }
}
