/// Everything the Promoter decides from: one project as Git and the records have it.
package struct ProjectFacts: Sendable, Hashable {
    /// Which project.
    package var project: ProjectName
    /// The branch that HEAD names.
    package var defaultBranch: RefName?
    /// The default branch when the project was added, or when a person last confirmed one.
    package var confirmedDefaultBranch: RefName?
    /// Every ref that is remembered; those that are gone stay until nothing of theirs runs.
    package var refs: [KnownRef]
    /// The policy of the default branch.
    package var policy: PolicyFinding
    /// The environments that exist.
    package var environments: [EnvironmentRecord]
    /// What is known of commits.
    package var candidates: [ObjectID: CandidateFinding]
    /// A person confirmed that many previews may go at once.
    package var areDeletionsApproved: Bool
    /// What persons asked for; kept until a newer move in Git overtakes it.
    package var requests: [EnvironmentName: Request]
    /// Production's policy as of the release that is live there; nil: the default branch's.
    package var livePolicy: ProductionPolicy?
    /// The environments that a person deleted or that expired, with the commit they would run: while Git says
    /// nothing else, they are not wanted.
    package var dismissed: [EnvironmentName: ObjectID]
    /// The pull requests that the host's API describes, open and closed; nil: it has not been asked.
    package var pullRequests: [PullRequest]?
    /// What is known of pull requests from forks.
    package var forks: ForkFacts
    /// Why the records may be older than what runs, until a person has looked; nil when they are not.
    package var doubt: String?

    /// What the default branch's manifest says about environments.
    package enum PolicyFinding: Sendable, Hashable {
        /// It was read; or there is no manifest and the defaults hold.
        case known(EnvironmentPolicies)
        /// It cannot be used; the policies that were last good, if any.
        case invalid(message: String, lastGood: EnvironmentPolicies?)
        /// Nothing has been read yet: an empty repository, or the first fetch is to come.
        case unknown
    }

    /// What is known of a commit.
    package enum CandidateFinding: Sendable, Hashable {
        /// It can be run.
        case ready(Candidate)
        /// It cannot: a manifest with mistakes, a refused context.
        case refused(FailureRecord)
    }

    /// What is known of pull requests from forks, beside the pull requests themselves.
    package struct ForkFacts: Sendable, Hashable {
        /// The kind of host, which decides where it keeps the commits of forks; nil: not known.
        package var host: GitHostKind?
        /// Whether the host's API describes pull requests; else only their heads are known, and no title, label or draft.
        package var isDescribed: Bool
        /// What persons have allowed.
        package var allowances: [EnvironmentName: ForkAllowance]
        /// What is known of commits as forks' are built: never the same as that of a branch's.
        package var candidates: [ObjectID: CandidateFinding]

        /// Facts as given.
        package init(
            host: GitHostKind? = nil, isDescribed: Bool = false, allowances: [EnvironmentName: ForkAllowance] = [:],
            candidates: [ObjectID: CandidateFinding] = [:]
        ) {
            self.host = host
            self.isDescribed = isDescribed
            self.allowances = allowances
            self.candidates = candidates
        }
    }

    /// A person's wish that an environment runs a commit.
    package struct Request: Sendable, Hashable, Codable {
        /// The commit.
        package var commit: ObjectID
        /// The project's newest ref sequence number when it was asked for: a move after it overtakes the wish.
        package var sequence: Int64

        /// A wish as given.
        package init(commit: ObjectID, sequence: Int64) {
            self.commit = commit
            self.sequence = sequence
        }
    }

    /// Facts as given.
    package init(
        project: ProjectName, defaultBranch: RefName?, confirmedDefaultBranch: RefName? = nil, refs: [KnownRef],
        policy: PolicyFinding, environments: [EnvironmentRecord] = [],
        candidates: [ObjectID: CandidateFinding] = [:], areDeletionsApproved: Bool = false,
        requests: [EnvironmentName: Request] = [:], livePolicy: ProductionPolicy? = nil,
        dismissed: [EnvironmentName: ObjectID] = [:], pullRequests: [PullRequest]? = nil,
        forks: ForkFacts = .init(), doubt: String? = nil
    ) {
        self.project = project
        self.defaultBranch = defaultBranch
        self.confirmedDefaultBranch = confirmedDefaultBranch
        self.refs = refs
        self.policy = policy
        self.environments = environments
        self.candidates = candidates
        self.areDeletionsApproved = areDeletionsApproved
        self.requests = requests
        self.livePolicy = livePolicy
        self.dismissed = dismissed
        self.pullRequests = pullRequests
        self.forks = forks
        self.doubt = doubt
    }
}
