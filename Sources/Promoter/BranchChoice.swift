import Model

/// What staging and development run: the tip of the branch they follow, what a person asked for,
/// or the commit that a later environment waits for.
enum BranchChoice {
    static func wish(
        for name: EnvironmentName, kind: EnvironmentKind, policy: BranchPolicy?, awaited: AwaitedCommit?,
        in situation: Situation
    ) -> EnvironmentWish? {
        let record = situation.record(name)
        let branch = policy.flatMap { followed(by: $0, in: situation) }
        let tip = branch.flatMap(situation.present)
        func run(_ commit: ObjectID, _ reason: String) -> EnvironmentWish {
            EnvironmentWish(
                environment: situation.id(name), kind: kind, ref: branch ?? record?.ref, intent: .run(commit),
                reason: reason
            ).adding(note: objection(to: commit, record: record, in: situation))
        }
        if let commit = situation.request(for: name, following: tip) {
            return run(commit, "a person asked for \(commit.short)")
                .adding(note: branch.map { "the next push to \($0.inWords) replaces it" })
        }
        guard let policy else {
            return record.map { .orphaned($0, reason: "\(Manifest.fileName) has no environment '\(name)' any more") }
        }
        guard let branch, let tip else {
            return withoutTip(of: branch, name: name, kind: kind, policy: policy, in: situation)
        }
        if let awaited, awaited.environment == name, let record, let commit = record.inProgress,
            commit != tip.commit, record.failed?.commit != commit, awaited.isMet(by: commit, in: situation)
        {
            return run(
                commit, "\(awaited.waiting) waits for \(commit.short); \(branch.inWords) is at \(tip.commit.short)"
            )
            .adding(note: "which follows once this one is healthy or has failed")
        }
        return run(tip.commit, "\(branch.inWords) is at \(tip.commit.short)")
            .adding(note: renaming(policy, in: situation))
            .adding(note: tip.absences > 0 ? "the last listing of the repository did not have it" : nil)
    }

    /// The branch that the policy means; nil when HEAD names none.
    static func followed(by policy: BranchPolicy, in situation: Situation) -> RefName? {
        switch policy.branch {
        case .defaultBranch: situation.facts.defaultBranch
        case .named(let short): .branch(short)
        }
    }

    private static func renaming(_ policy: BranchPolicy, in situation: Situation) -> String? {
        guard policy.branch == .defaultBranch, let old = situation.renamedFrom else { return nil }
        return "it follows the default branch, which was \(old.inWords) before"
    }

    private static func withoutTip(
        of branch: RefName?, name: EnvironmentName, kind: EnvironmentKind, policy: BranchPolicy,
        in situation: Situation
    ) -> EnvironmentWish? {
        let record = situation.record(name)
        let gate: Gate
        switch (policy.branch, branch) {
        case (.defaultBranch, nil):
            gate = Gate(
                kind: .revision, blocker: "the repository's HEAD names no branch",
                remedy: "choose a default branch at the Git host")
        case (.defaultBranch, let branch?):
            gate = Gate(
                kind: .revision, blocker: "the repository's HEAD names \(branch.inWords), which does not exist",
                remedy: "push \(branch.inWords), or choose another default branch at the Git host")
        case (.named(let short), _) where policy.isDefaulted:
            return record.map { .orphaned($0, reason: "branch '\(printable(short.utf8))' is gone from the repository") }
        case (.named(let short), _):
            let said = "branch '\(printable(short.utf8))'"
            let head = situation.facts.defaultBranch.map { " (the default branch is '\($0.short)')" } ?? ""
            gate = Gate(
                kind: .policy,
                blocker: "\(Manifest.fileName) says \(name) follows \(said), which does not exist\(head)",
                remedy: "push \(said), or name another one in environments.\(name).branch")
        }
        return .waiting(situation.id(name), kind: kind, ref: branch ?? record?.ref, commit: nil, gates: [gate])
    }
}

/// A commit that a later environment waits for in an earlier one.
struct AwaitedCommit {
    /// The earlier environment.
    let environment: EnvironmentName
    /// The commit.
    let commit: ObjectID
    /// Who waits, in words: `tag v1.0.0`.
    let waiting: String

    /// Whether the gate would be met by that commit: it is the same, or has the same content.
    func isMet(by other: ObjectID, in situation: Situation) -> Bool {
        if other == commit { return true }
        guard let content = situation.content(of: commit) else { return false }
        return situation.content(of: other) == content
    }
}
