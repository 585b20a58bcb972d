import Model

/// Which policy applies: the default branch's, the last one that could be read, or none.
enum PolicyChoice {
    /// These, with a remark where they are not what the default branch says now.
    case usable(EnvironmentPolicies, note: String?)
    /// None; nothing is begun until this gate opens.
    case blocked(Gate)

    init(_ finding: ProjectFacts.PolicyFinding, of situation: Situation) {
        let branch = situation.defaultBranch.map { " on \($0.inWords)" } ?? ""
        switch finding {
        case .known(let policies):
            self = .usable(policies, note: nil)
        case .invalid(let message, let lastGood?):
            let note = "\(Manifest.fileName)\(branch) has mistakes (\(message)), so its last good policy applies"
            self = .usable(lastGood, note: note)
        case .invalid(let message, nil):
            self = .blocked(
                Gate(
                    kind: .policy, blocker: "\(Manifest.fileName)\(branch) has mistakes: \(message)",
                    remedy: "mend \(Manifest.fileName)\(branch); `slipway validate` shows every mistake"))
        case .unknown where situation.facts.refs.isEmpty:
            self = .blocked(
                Gate(
                    kind: .revision, blocker: "no commit has been seen in the repository yet",
                    remedy: "push a first commit"))
        case .unknown where situation.facts.defaultBranch == nil:
            self = .blocked(
                Gate(
                    kind: .revision, blocker: "the repository's HEAD names no branch",
                    remedy: "choose a default branch at the Git host"))
        case .unknown:
            self = .blocked(Gate(kind: .facts, blocker: "the default branch has not been read yet"))
        }
    }
}
