import Model

extension RefName {
    /// `branch 'main'`, `tag v1.0.0`, `pull request #42`, or the full name.
    var inWords: String {
        if isBranch { return "branch '\(short)'" }
        if let pullRequest { return "pull request #\(pullRequest)" }
        return isTag ? "tag \(short)" : description
    }
}

extension EnvironmentWish {
    /// The same wish with one more remark behind its reason.
    func adding(note: String?) -> Self {
        guard let note else { return self }
        return Self(environment: environment, kind: kind, ref: ref, intent: intent, reason: "\(reason); \(note)")
    }

    /// A wish that waits for its gates, and whose reason is what blocks the first of them.
    static func waiting(
        _ environment: EnvironmentID, kind: EnvironmentKind, ref: RefName?, commit: ObjectID?, gates: [Gate]
    ) -> Self {
        let reason = gates.map(\.blocker).joined(separator: "; ")
        return Self(
            environment: environment, kind: kind, ref: ref, intent: .wait(commit: commit, gates: gates), reason: reason)
    }
}

/// What is known against a commit that an environment should run; nil when nothing is.
///
/// - Parameter name: the environment, where it may be a fork's.
func objection(
    to commit: ObjectID, record: EnvironmentRecord?, name: EnvironmentName? = nil, in situation: Situation
) -> String? {
    if let failed = record?.failed, failed.commit == commit {
        let next = failed.retryAt == nil ? "a new commit is needed" : "it is tried again"
        return "its deployment failed (\(failed.failure.message)) and \(next)"
    }
    return situation.refusal(of: commit, for: name).map { "it cannot be run: \($0.message)" }
}
