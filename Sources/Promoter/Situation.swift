import Model

/// The facts of one project with the look-ups that every choice needs.
// A class, since every choice holds on to it and it has many parts.
final class Situation: Sendable {
    let facts: ProjectFacts
    let hashing: Hashing
    private let refs: [RefName: KnownRef]
    private let records: [EnvironmentName: EnvironmentRecord]
    private let openRequests: [RefName: PullRequest]
    private let closedRequests: [RefName: [PullRequest]]

    init(facts: ProjectFacts, hashing: @escaping Hashing) {
        self.facts = facts
        self.hashing = hashing
        refs = Dictionary(facts.refs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        // A fork's branch may be called like one of ours.
        let requests = (facts.pullRequests ?? []).filter { !$0.isFork }
        openRequests = Dictionary(
            requests.filter(\.isOpen).map { ($0.head, $0) }, uniquingKeysWith: { $0.number > $1.number ? $0 : $1 })
        closedRequests = Dictionary(grouping: requests.filter { !$0.isOpen }, by: \.head)
        records = Dictionary(facts.environments.map { ($0.id.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    var project: ProjectName { facts.project }

    func record(_ name: EnvironmentName) -> EnvironmentRecord? { records[name] }

    /// The ref as remembered, gone or not.
    func known(_ name: RefName) -> KnownRef? { refs[name] }

    /// The ref, unless it is gone.
    func present(_ name: RefName) -> KnownRef? { refs[name].flatMap { $0.isGone ? nil : $0 } }

    func isGone(_ name: RefName) -> Bool { refs[name]?.isGone ?? false }

    /// What a commit would run, where that is known.
    func content(of commit: ObjectID) -> Digest? {
        guard case .ready(let candidate) = facts.candidates[commit] else { return nil }
        return candidate.content
    }

    /// Why a commit cannot be run, where that is known; a fork's is read as a fork's.
    func refusal(of commit: ObjectID, for environment: EnvironmentName? = nil) -> FailureRecord? {
        let candidates = environment?.pullRequest == nil ? facts.candidates : facts.forks.candidates
        guard case .refused(let failure) = candidates[commit] else { return nil }
        return failure
    }

    /// What a person asked for there, unless the ref that it follows has moved since.
    func request(for name: EnvironmentName, following ref: KnownRef?) -> ObjectID? {
        guard let request = facts.requests[name] else { return nil }
        if let ref, ref.sequence > request.sequence { return nil }
        return request.commit
    }

    /// The open pull request from a branch of this repository; the newest of several.
    func openRequest(from branch: RefName) -> PullRequest? {
        openRequests[branch]
    }

    /// The closed pull request whose head a branch still is at; nil while another one from it is open.
    func finished(_ branch: KnownRef) -> PullRequest? {
        guard openRequests[branch.name] == nil else { return nil }
        return closedRequests[branch.name]?.last { $0.commit == branch.commit }
    }

    /// The branch that counts as the default one: what HEAD names, else what it named when last confirmed.
    var defaultBranch: RefName? { facts.defaultBranch ?? facts.confirmedDefaultBranch }

    /// What the default branch was called when it was last confirmed, if HEAD names another one now.
    var renamedFrom: RefName? {
        guard let confirmed = facts.confirmedDefaultBranch, let head = facts.defaultBranch, confirmed != head else {
            return nil
        }
        return confirmed
    }

    func id(_ name: EnvironmentName) -> EnvironmentID { EnvironmentID(project: project, name: name) }

    /// The command that makes an environment run a commit.
    func deployCommand(_ environment: EnvironmentName, _ commit: ObjectID) -> String {
        "slipway deploy \(project) \(environment) \(commit)"
    }
}
