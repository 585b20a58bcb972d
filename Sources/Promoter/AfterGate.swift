import Model

/// The gate `after`: an earlier environment must have run the same commit, or the same content, healthily.
enum AfterGate {
    /// The very release that passed; nil while none has.
    ///
    /// - Parameter live: what the later environment runs; a commit that is live there has passed before.
    static func release(
        for commit: ObjectID, after: EnvironmentName, live: EnvironmentRecord.LiveRelease?, in situation: Situation
    ) -> Digest? {
        if let live, live.commit == commit { return live.release }
        guard let earlier = situation.record(after) else { return nil }
        var passed = earlier.healthy.map { ($0.commit, $0.content, $0.release) }
        // What was found running without a memory has passed only once it was seen healthy.
        if let live = earlier.live, earlier.healthy.contains(where: { $0.release == live.release }) {
            passed.append((live.commit, live.content, live.release))
        }
        if let same = passed.last(where: { $0.0 == commit }) { return same.2 }
        guard let content = situation.content(of: commit) else { return nil }
        return passed.last { $0.1 == content }?.2
    }

    /// What the earlier environment still has to do.
    ///
    /// - Parameter ahead: the wish for the earlier environment.
    static func gates(
        for commit: ObjectID, who: String, after: EnvironmentName, ahead: EnvironmentWish?, in situation: Situation
    ) -> [Gate] {
        let awaited = AwaitedCommit(environment: after, commit: commit, waiting: who)
        let earlier = situation.record(after)
        let command = "`\(situation.deployCommand(after, commit))`"
        func gate(_ blocker: String, _ remedy: String?) -> Gate { Gate(kind: .after, blocker: blocker, remedy: remedy) }
        guard earlier != nil || ahead != nil else {
            return [
                gate(
                    "\(who) waits for \(after), and there is no environment '\(after)'",
                    "define environments.\(after) in \(Manifest.fileName), or change environments.production.after")
            ]
        }
        if let refusal = situation.refusal(of: commit) {
            return [gate("\(who) names \(commit.short), which cannot be run: \(refusal.message)", refusal.hint)]
        }
        if let failed = earlier?.failed, failed.commit == commit, earlier?.inProgress != commit {
            return [
                gate(
                    "\(who) waits for \(after), which failed on \(commit.short): \(failed.failure.message)",
                    "push a mended commit and tag that; or \(command) tries this one again")
            ]
        }
        if let running = earlier?.inProgress, awaited.isMet(by: running, in: situation) {
            return [gate("\(who) waits for \(after), which is deploying \(running.short)", nil)]
        }
        if earlier?.hold != nil {
            let resume = "`slipway resume \(situation.project) \(after)`"
            return [
                gate(
                    "\(who) waits for \(after), which has not run \(commit.short) and is held",
                    "\(resume) lifts the hold")
            ]
        }
        if let next = ahead?.commit, awaited.isMet(by: next, in: situation) {
            return [gate("\(who) waits for \(after), which has not run \(next.short) yet", nil)]
        }
        let instead = ahead?.commit.map { " and goes on to \($0.short)" } ?? ""
        let passedOver = gate(
            "\(who) waits for \(after), which has not run \(commit.short)\(instead)", "\(command) sends it there")
        guard situation.facts.candidates[commit] == nil else { return [passedOver] }
        return [passedOver, Gate(kind: .facts, blocker: "commit \(commit.short) has not been read yet")]
    }
}
