import Model

/// What production runs: what a person asked for or the highest version, once its gates are open.
struct ProductionChoice {
    private let policy: ProductionPolicy?
    private let situation: Situation
    private let record: EnvironmentRecord?
    private let target: Target

    /// What production is after.
    private enum Target {
        /// Nothing yet, or nothing any more.
        case none(EnvironmentWish?)
        /// This commit.
        case commit(ObjectID, tag: RefName?, who: String, notes: [String])
        /// This tag's commit, but a person must confirm it first.
        case unconfirmed(VersionTag, Gate, notes: [String])
    }

    init(policy: ProductionPolicy?, in situation: Situation) {
        // DESIGN, rule 17: what is live decides until the next release; a removed entry only stops automation.
        let effective = policy.map { situation.facts.livePolicy ?? $0 }
        self.policy = effective
        self.situation = situation
        record = situation.record(.production)
        target = Self.target(effective, pending: policy, record: record, in: situation)
    }

    /// The commit that production waits for in an earlier environment.
    var awaited: AwaitedCommit? {
        guard case .commit(let commit, _, let who, _) = target, let after = policy?.after else { return nil }
        if AfterGate.release(for: commit, after: after, live: record?.live, in: situation) != nil { return nil }
        return AwaitedCommit(environment: after, commit: commit, waiting: who)
    }

    /// The wish, given those for the environments before.
    func wish(earlier: [EnvironmentWish]) -> EnvironmentWish? {
        switch target {
        case .none(let wish):
            return wish
        case .unconfirmed(let tag, let gate, let notes):
            return notes.reduce(waiting(tag.ref.name, tag.ref.commit, [gate])) { $0.adding(note: $1) }
        case .commit(let commit, let tag, let who, let notes):
            let wish = wish(for: commit, tag: tag, who: who, earlier: earlier)
            return notes.reduce(wish) { $0.adding(note: $1) }
        }
    }

    private func wish(
        for commit: ObjectID, tag: RefName?, who: String, earlier: [EnvironmentWish]
    ) -> EnvironmentWish {
        let id = situation.id(.production)
        let note = objection(to: commit, record: record, in: situation)
        guard let after = policy?.after else {
            let reason = "\(who) names \(commit.short)"
            return EnvironmentWish(environment: id, kind: .production, ref: tag, intent: .run(commit), reason: reason)
                .adding(note: note)
        }
        if let release = AfterGate.release(for: commit, after: after, live: record?.live, in: situation) {
            let isLive = record?.live?.release == release && record?.live?.commit == commit
            let reason = isLive ? "\(who) names \(commit.short)" : "\(who) names \(commit.short), healthy in \(after)"
            return EnvironmentWish(
                environment: id, kind: .production, ref: tag, intent: .promote(commit: commit, release: release),
                reason: reason
            ).adding(note: note)
        }
        let ahead = earlier.first { $0.environment.name == after }
        return waiting(tag, commit, AfterGate.gates(for: commit, who: who, after: after, ahead: ahead, in: situation))
    }

    private func waiting(_ tag: RefName?, _ commit: ObjectID?, _ gates: [Gate]) -> EnvironmentWish {
        .waiting(situation.id(.production), kind: .production, ref: tag, commit: commit, gates: gates)
    }
}

extension ProductionChoice {
    private static func target(
        _ policy: ProductionPolicy?, pending: ProductionPolicy?, record: EnvironmentRecord?, in situation: Situation
    ) -> Target {
        guard let policy else {
            return .none(
                record.map { .orphaned($0, reason: "\(Manifest.fileName) has no environment 'production' any more") })
        }
        let choice = TagChoice(pattern: policy.tags, running: record?.ref, in: situation)
        if let commit = situation.request(for: .production, following: choice.highest?.ref) {
            let tags = situation.facts.refs.filter { $0.name.isTag && !$0.isGone && $0.commit == commit }
            let tag = tags.map(\.name).min()
            let who = tag.map { "\($0.inWords), which a person asked for," } ?? "a person's request"
            return .commit(commit, tag: tag ?? record?.ref, who: who, notes: [])
        }
        let pendingNote =
            pending != policy
            ? "\(Manifest.fileName) changes production's policy, which takes effect with the next release" : nil
        let notes = choice.notes + [pendingNote].compactMap { $0 }
        guard let highest = choice.highest else {
            return .none(withoutTag(policy, record: record, notes: notes, in: situation))
        }
        if record?.live?.commit == highest.ref.commit, highest.ref.movedTo == nil {
            return .commit(highest.ref.commit, tag: highest.ref.name, who: highest.ref.name.inWords, notes: notes)
        }
        if let running = record?.ref, record?.live != nil, situation.isGone(running), running.isTag,
            let version = choice.version(of: running), highest.version < version, let record
        {
            let reason = "\(running.inWords) is gone from the repository, and \(highest.ref.name.short) is lower"
            return .none(.orphaned(record, reason: reason))
        }
        if let gate = Confirmation.gate(for: highest, choice: choice, record: record, in: situation) {
            return .unconfirmed(highest, gate, notes: notes)
        }
        return .commit(highest.ref.commit, tag: highest.ref.name, who: highest.ref.name.inWords, notes: notes)
    }

    private static func withoutTag(
        _ policy: ProductionPolicy, record: EnvironmentRecord?, notes: [String], in situation: Situation
    ) -> EnvironmentWish {
        if let record, record.live != nil, let running = record.ref, situation.isGone(running) {
            return .orphaned(record, reason: "\(running.inWords) is gone from the repository")
        }
        let gate = Gate(
            kind: .revision, blocker: "no tag that matches '\(policy.tags)' is a release's semantic version yet",
            remedy: "push a tag such as \(example(of: policy.tags))")
        let wish = EnvironmentWish.waiting(
            situation.id(.production), kind: .production, ref: record?.ref, commit: nil, gates: [gate])
        return notes.reduce(wish) { $0.adding(note: $1) }
    }

    private static func example(of pattern: RefPattern) -> String {
        pattern.text.prefix { $0 != "*" && $0 != "?" } + "1.0.0"
    }
}
