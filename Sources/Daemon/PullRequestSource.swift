import Model

/// What is known of a project's pull requests without asking, and how more is learnt of them from Git.
struct PullRequestSource: Sendable {
    /// The kind of host; nil: nobody says.
    var host: GitHostKind?
    /// Whether the host's API is asked; else the heads of pull requests are all that is seen of them.
    var isAsked = false
    /// Has the project's listings show these heads.
    var want: @Sendable (PullRequestHeads) -> Void = { _ in }
}

/// What the heads of pull requests say where nobody can be asked: pure.
enum HeadReading {
    /// The heads that listings should have.
    ///
    /// - Parameter requests: what the host's API says; nil: it has not answered yet.
    static func wanted(
        by policy: PreviewPolicy?, isAsked: Bool, requests: [PullRequest]?, known: Set<Int>
    ) -> PullRequestHeads {
        guard let policy, policy.pullRequests else { return .none }
        guard isAsked else {
            // Where every branch has a preview anyway, a pull request adds nothing but what comes from forks.
            return policy.forks == .ask || policy.branches != nil ? .all : .none
        }
        guard policy.forks == .ask else { return .none }
        guard let requests else { return .numbers(known) }
        return .numbers(Set(requests.filter { $0.isFork && $0.isOpen }.map(\.number)))
    }

    /// The pull requests that the heads stand for: one that was seen at a branch of the repository is that branch's.
    ///
    /// - Parameters:
    ///   - adopted: the pull requests that have a preview, whenever they were opened.
    static func requests(_ refs: [KnownRef], own: [Int: RefName], adopted: Set<Int>) -> [PullRequest] {
        refs.compactMap { ref in
            guard let number = ref.name.pullRequest, !ref.isGone, !ref.isBaseline || adopted.contains(number) else {
                return nil
            }
            return PullRequest(
                number: number, title: "", author: "", head: own[number] ?? ref.name, commit: ref.commit,
                base: RefName(""), isFork: own[number] == nil, isDraft: false, labels: [], isOpen: true)
        }
    }

    /// Which pull requests are a branch's own, as far as was ever seen.
    static func own(_ refs: [KnownRef], before: [Int: RefName]) -> [Int: RefName] {
        let present = refs.filter { !$0.isGone }
        let branches = Dictionary(
            present.filter(\.name.isBranch).map { ($0.commit, $0.name) }, uniquingKeysWith: { first, _ in first })
        let names = Set(present.map(\.name))
        var own: [Int: RefName] = [:]
        for ref in present {
            guard let number = ref.name.pullRequest else { continue }
            // A branch moves a moment before its pull request's head does.
            own[number] = branches[ref.commit] ?? before[number].flatMap { names.contains($0) ? $0 : nil }
        }
        return own
    }
}
