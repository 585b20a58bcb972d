import Model

/// What must be fetched and read before the wishes can be carried out.
struct Needs {
    /// Commits whose candidate must be known.
    let commits: [ObjectID]
    /// The same of forks: read as a fork's.
    let forkCommits: [ObjectID]
    /// Refs that must be fetched.
    let refs: [RefName]

    init(of wishes: [EnvironmentWish], in situation: Situation) {
        var commits: Set<ObjectID> = []
        var forkCommits: Set<ObjectID> = []
        var refs: Set<RefName> = []
        if let head = situation.facts.defaultBranch { refs.insert(head) }
        for wish in wishes {
            switch wish.intent {
            case .run(let commit):
                if wish.environment.name.pullRequest == nil {
                    commits.insert(commit)
                } else {
                    forkCommits.insert(commit)
                }
                if let ref = wish.ref { refs.insert(ref) }
            case .wait(let commit?, let gates) where gates.contains { $0.kind == .after || $0.kind == .facts }:
                commits.insert(commit)
                if let ref = wish.ref { refs.insert(ref) }
                // The gate compares contents: what the earlier environment is busy with counts as well.
                commits.formUnion(situation.facts.environments.compactMap { $0.kind == .preview ? nil : $0.inProgress })
            case .promote, .wait, .held, .orphaned, .delete:
                continue
            }
        }
        let requested = Set(situation.facts.requests.values.map(\.commit)).intersection(
            commits.union(forkCommits))
        refs.formUnion(situation.facts.refs.filter { requested.contains($0.commit) }.map(\.name))
        self.commits = commits.sorted()
        self.forkCommits = forkCommits.sorted()
        // A ref that the last listing did not have cannot be fetched.
        self.refs = refs.filter { situation.known($0)?.absences == 0 }.sorted()
    }
}
