package import Model

/// Decides what one environment does next: facts in, one action out, nothing performed.
///
/// Owned by the ``EnvironmentWorker`` of that environment, which performs the action and reports what came of it.
package struct EnvironmentMachine: Sendable {
    /// What is remembered of the environment.
    package internal(set) var record: EnvironmentRecord
    /// What the Promoter wants, once it has said so.
    package private(set) var wish: EnvironmentWish?
    /// What is known of the commit that the wish names.
    package private(set) var finding: ProjectFacts.CandidateFinding?
    /// The configuration digest that a deployment would have now.
    package private(set) var configuration: Digest
    /// What the wanted commit waits for before anything is begun.
    package internal(set) var obstacle: Obstacle?
    /// Whether what runs may differ from what should: something happened, or nobody has looked yet.
    var mustLook = true
    /// How often something happened, and how much of it the look that is under way can have seen.
    var stirs = 0
    var seenStirs = 0
    /// Whether containers of earlier releases may be left.
    var mustSweep = true
    /// What earlier releases have left is not removed for now.
    private var isSparing = false
    /// How often in a row looking after the live release failed.
    var repairFailures = 0
    /// When looking after the live release is tried again.
    var repairAt: Timestamp?
    /// The commit whose images exist while the environment is switched off.
    var prepared: ObjectID?
    /// What runs is to be taken away and started anew.
    var mustRestart = false
    /// What of the live release ended again and again.
    package internal(set) var crashes = CrashCounts()

    /// Something that must give way before a commit is deployed.
    package struct Obstacle: Sendable, Hashable {
        /// The commit.
        package let commit: ObjectID
        /// What it waits for.
        package let gate: Gate
    }

    /// What to do next.
    package enum Action: Sendable, Hashable {
        /// Nothing before this moment, or before something changes.
        case rest(until: Timestamp?)
        /// Bring a commit into being; its images are built if they do not exist.
        case deploy(Candidate)
        /// Bring the release of another environment into being, on behalf of a commit.
        case promote(commit: ObjectID, release: Digest)
        /// Bring back an earlier release of this environment.
        case restore(release: Digest)
        /// Note that a commit yields what already runs.
        case note(commit: ObjectID)
        /// Note that a commit cannot be run at all.
        case refuse(commit: ObjectID, FailureRecord)
        /// Compare what runs with the live release and mend the difference.
        case repair
        /// Build the images of a commit, and run nothing.
        case prepare(Candidate)
        /// Take away what runs: the environment is switched off, or started anew.
        case halt
        /// Drain, stop and remove what is left of earlier releases.
        case sweep
        /// Remove the environment and everything it has.
        case remove
    }

    /// An environment as it is remembered.
    package init(record: EnvironmentRecord, configuration: Digest) {
        self.record = record
        self.configuration = configuration
    }

    // What happened

    /// What was remembered is older than what runs; this is what runs.
    package mutating func corrected(_ record: EnvironmentRecord) { self.record = record }

    /// What earlier releases have left stays, until a person has looked or a deployment replaces something.
    package mutating func sparesLeftovers() {
        mustSweep = false
        isSparing = true
    }

    /// A person has looked at what there is.
    package mutating func confirmed() {
        isSparing = false
        mustSweep = true
        mustLook = true
    }

    /// The Promoter decided.
    package mutating func wished(_ wish: EnvironmentWish, finding: ProjectFacts.CandidateFinding?) {
        self.wish = wish
        self.finding = finding
        record.kind = wish.kind
        if let ref = wish.ref { record.ref = ref }
        // A person released what was set aside: it is as if it had never been tried.
        if case .ready? = finding, record.failed?.failure.reason == .setAside { record.failed = nil }
    }

    /// The daemon's configuration changed what the environment adds to a release.
    package mutating func reconfigured(_ configuration: Digest) { self.configuration = configuration }

    /// The live release runs under another configuration now.
    mutating func reconfiguredLive(_ configuration: Digest) {
        record.live?.configuration = configuration
        mustSweep = true
    }

    /// Something of the environment changed in the engine or the proxy.
    package mutating func stirred() {
        stirs += 1
        mustLook = true
        repairAt = nil
    }

    /// A look showed that a container of the live release does not run. Unlike ``stirred()`` it is no news: what is
    /// put off stays put off.
    package mutating func doubted(_ containers: some Sequence<String>, at now: Timestamp) {
        let resting = crashes.resting(at: now)
        if containers.contains(where: { !resting.contains($0) }) { mustLook = true }
    }

    /// What runs is about to be looked at: what happens from now on takes another look.
    package mutating func beganLook() { seenStirs = stirs }

    /// A container of the live release was started.
    package mutating func started(_ container: String, at now: Timestamp) { crashes.started(container, at: now) }

    /// A container of the live release ended; in words, how. Returns how often in a row it has.
    package mutating func ended(_ container: String, _ words: String, at now: Timestamp) -> Int {
        crashes.ended(container, words, at: now)
    }

    /// Why a container ended is known better by now.
    package mutating func explained(_ container: String, _ words: String) { crashes.explained(container, words) }

    /// The live release is about to be looked after; returns the containers that are left alone meanwhile.
    package mutating func beginRepair(at now: Timestamp) -> Set<String> {
        crashes.beginAgain(at: now)
        return crashes.resting(at: now)
    }

    /// A person or an adoption pinned the environment, or lifted the pin.
    package mutating func held(_ hold: Hold?, pinned: Digest?) {
        record.hold = hold
        record.pinned = pinned
    }

    /// A person asked for a commit; nil takes the request back.
    package mutating func requested(_ request: ProjectFacts.Request?) {
        record.requested = request
        if request?.commit == record.failed?.commit { record.failed = nil }
    }

    /// A deployment for this commit began.
    package mutating func began(_ commit: ObjectID) { record.inProgress = commit }

    /// What was begun before a crash is not gone on with.
    package mutating func gaveUp(_ commit: ObjectID) {
        if record.inProgress == commit { record.inProgress = nil }
    }

    /// There is no room for what a commit needs; what runs is looked after meanwhile.
    package mutating func obstructed(_ commit: ObjectID, by gate: Gate) {
        record.inProgress = nil
        obstacle = Obstacle(commit: commit, gate: gate)
    }

    /// There may be room again.
    package mutating func unobstructed() { obstacle = nil }

    /// What was begun is live.
    ///
    /// - Parameter ref: what it was deployed for; nil: as remembered.
    package mutating func becameLive(_ live: EnvironmentRecord.LiveRelease, for ref: RefName? = nil) {
        record.inProgress = nil
        record.failed = nil
        record.live = live
        isSparing = false
        mustSweep = true
        mustLook = stirs != seenStirs
        repairFailures = 0
        repairAt = nil
        crashes = CrashCounts()
        noteHealthy(live.commit, live, at: live.since)
        guard record.kind == .production, wish?.commit != live.commit else { return }
        // Wished while production ran another version: what follows from this one, and its tag, is decided anew.
        if let ref { record.ref = ref }
        wish = nil
    }

    /// A commit turned out to yield what already runs.
    package mutating func noted(_ commit: ObjectID, at now: Timestamp) {
        record.inProgress = nil
        record.failed = nil
        record.live?.commit = commit
        if let live = record.live { noteHealthy(commit, live, at: now) }
    }

    /// What was begun failed.
    ///
    /// - Parameter pause: what the back-off gives for this number of failures in a row.
    package mutating func failed(
        _ commit: ObjectID, _ failure: StageFailure, at now: Timestamp, pause: (Int) -> Duration
    ) {
        record.inProgress = nil
        mustSweep = true
        mustLook = true
        guard failure.verdict != .cancelled else { return }
        let attempts = (record.failed.flatMap { $0.commit == commit ? $0.attempts : nil } ?? 0) + 1
        var retryAt: Timestamp?
        if case .retry(let after) = failure.verdict { retryAt = now.advanced(by: after ?? pause(attempts)) }
        record.failed = .init(
            commit: commit, failure: FailureRecord(failure), at: now, attempts: attempts, retryAt: retryAt)
    }

    /// The live release was compared with what runs, and mended where it differed.
    ///
    /// - Parameters:
    ///   - hasLeftovers: containers of other releases are still there.
    ///   - proven: the containers that were brought up, and were healthy then.
    package mutating func repaired(hasLeftovers: Bool = false, proven: Set<String> = []) {
        mustLook = stirs != seenStirs
        crashes.proved(proven)
        if hasLeftovers, !isSparing { mustSweep = true }
        repairFailures = 0
        repairAt = nil
    }

    /// All of the live release runs; false when that was known.
    mutating func foundHealthy(at now: Timestamp) -> Bool {
        guard let live = record.live, !record.healthy.contains(where: { $0.release == live.release }) else {
            return false
        }
        noteHealthy(live.commit, live, at: now)
        return true
    }

    /// What was taken for the live release is not all of it.
    mutating func disowned() {
        record.live = nil
        record.healthy = []
    }

    /// Looking after the live release failed.
    package mutating func repairFailed(at now: Timestamp, pause: (Int) -> Duration) {
        repairFailures += 1
        repairAt = now.advanced(by: pause(repairFailures))
    }

    /// Others are looked after first.
    package mutating func repairPutOff(until moment: Timestamp) { repairAt = moment }

    /// Nothing of earlier releases is left.
    package mutating func swept() { mustSweep = false }

    /// Removing what is left was put off: it failed or was interrupted.
    package mutating func sweepFailed(at now: Timestamp, pause: (Int) -> Duration) {
        repairFailures += 1
        repairAt = now.advanced(by: pause(repairFailures))
    }

    // What to do next

    /// The action that brings the environment closer to what is wanted.
    package func next(at now: Timestamp) -> Action {
        if wish?.intent == .delete { return repairIsDue(now) ? .remove : .rest(until: repairAt) }
        if record.stopped != nil { return stoppedAction(at: now) }
        if mustRestart, repairIsDue(now) { return .halt }
        if let action = change(at: now) { return action }
        let mustStart = crashes.isDue(at: now)
        if record.live != nil, mustLook || mustStart, repairIsDue(now) { return .repair }
        if mustSweep, repairIsDue(now), wish != nil { return .sweep }
        let moments = [
            record.failed?.retryAt, mustLook || mustSweep || mustStart ? repairAt : nil,
            mustStart ? nil : crashes.nextEnd,
        ]
        // What is due and still not done waits for something else: a moment that has passed would never end the rest.
        return .rest(until: moments.compactMap(\.self).filter { $0 > now && isNear($0, now) }.min())
    }

    /// The commit that a deployment would be for now, if one is due; used to see whether running work is superseded.
    package var target: ObjectID? {
        guard record.hold == nil, record.pinned == nil else { return nil }
        return switch wish?.intent {
        case .run(let commit), .promote(let commit, _): commit
        default: nil
        }
    }

    /// Whether what Git wants is what is live, so that nothing waits to be begun.
    package var runsWhatIsWanted: Bool {
        guard let live = record.live, live.configuration == configuration else { return false }
        switch (wish?.intent, finding) {
        case (.run(let commit), .ready(let candidate)):
            return live.commit == commit && candidate.commit == commit && live.content == candidate.content
        case (.promote(let commit, let release), _): return live.commit == commit && live.release == release
        default: return false
        }
    }

    /// Whether a commit failed and is not tried again by itself.
    package func hasGivenUp(_ commit: ObjectID) -> Bool {
        record.failed.map { $0.commit == commit && $0.retryAt == nil } ?? false
    }

    private func change(at now: Timestamp) -> Action? {
        if let pinned = record.pinned {
            guard record.live?.release != pinned else { return nil }
            return isParked(record.failed?.commit, now) ? nil : .restore(release: pinned)
        }
        guard record.hold == nil, let wish else { return nil }
        switch wish.intent {
        case .run(let commit):
            return run(commit, at: now)
        case .promote(let commit, let release):
            if let live = record.live, live.release == release, live.configuration == configuration {
                return live.commit == commit ? nil : .note(commit: commit)
            }
            return isParked(commit, now) ? nil : .promote(commit: commit, release: release)
        case .wait, .held, .orphaned, .delete:
            return nil
        }
    }

    func run(_ commit: ObjectID, at now: Timestamp) -> Action? {
        switch finding {
        case .ready(let candidate) where candidate.commit == commit:
            if let live = record.live, live.content == candidate.content, live.configuration == configuration {
                return live.commit == commit ? nil : .note(commit: commit)
            }
            return isParked(commit, now) || obstacle?.commit == commit ? nil : .deploy(candidate)
        case .refused(let failure):
            guard let failed = record.failed, failed.commit == commit else {
                return .refuse(commit: commit, failure)
            }
            // What could not be written down is said once more.
            return failed.failure.reason == failure.reason || isParked(commit, now)
                ? nil : .refuse(commit: commit, failure)
        case .ready, nil:
            return nil
        }
    }

    /// Whether the commit failed before and its time to be tried again has not come.
    private func isParked(_ commit: ObjectID?, _ now: Timestamp) -> Bool {
        guard let failed = record.failed, failed.commit == commit else { return false }
        guard let retryAt = failed.retryAt else { return true }
        return now < retryAt && isNear(retryAt, now)
    }

    /// Whether what is live is still to be looked after, now or later.
    package var awaitsLook: Bool {
        record.live != nil && record.stopped == nil && mustLook && wish?.intent != .delete
    }

    func repairIsDue(_ now: Timestamp) -> Bool { repairAt.map { now >= $0 || !isNear($0, now) } ?? true }

    /// Whether a moment that was chosen by back-off can still be meant: after the wall clock was set back, one may be
    /// a year away, and waiting for it would be waiting for nothing.
    func isNear(_ moment: Timestamp, _ now: Timestamp) -> Bool { moment.since(now) <= Self.longestPause }

    /// Longer than any pause that back-off or a failure's own verdict asks for.
    private static let longestPause = Duration.seconds(600)

    private mutating func noteHealthy(_ commit: ObjectID, _ live: EnvironmentRecord.LiveRelease, at now: Timestamp) {
        record.healthy.removeAll { $0.commit == commit }
        record.healthy.append(.init(commit: commit, content: live.content, release: live.release, at: now))
        let surplus = record.healthy.count - Self.healthyLimit
        if surplus > 0 { record.healthy.removeFirst(surplus) }
    }

    /// How many healthy commits are remembered per environment: far more than the five releases that are kept.
    private static let healthyLimit = 100
}

extension EnvironmentMachine.Action {
    /// Whether a deployment is begun, or gone on with.
    var beginsDeployment: Bool {
        switch self {
        case .deploy, .promote, .restore, .refuse: true
        case .rest, .note, .repair, .sweep, .remove, .prepare, .halt: false
        }
    }
}
