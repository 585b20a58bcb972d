package import Model

/// One thing that a host's API is called for.
package enum HostDuty: String, Sendable, Hashable, CaseIterable {
    /// Pull requests are listed.
    case pullRequests
    /// Commits get a status.
    case statuses
    /// Deployments and environments are shown.
    case deployments
    /// Pull requests get their one comment.
    case comments

    /// What is done, in words that follow "may".
    package var words: String {
        switch self {
        case .pullRequests: "list pull requests"
        case .statuses: "set commit statuses"
        case .deployments: "show deployments"
        case .comments: "write comments"
        }
    }

    /// What does not work where it is not allowed.
    package var loss: String {
        switch self {
        case .pullRequests: "pull requests are not heard of: previews follow branches alone, and forks get none"
        case .statuses: "commits show no status, so it cannot be a required check"
        case .deployments: "the host shows no environments and no “View deployment”; statuses and the comment remain"
        case .comments: "pull requests get no comment; commit statuses remain"
        }
    }

    /// What a credential needs for it, as that kind of host calls it.
    package func permission(at kind: GitHostKind) -> String {
        switch (kind, self) {
        case (.github, .pullRequests): "Pull requests: read"
        case (.github, .statuses): "Commit statuses: read and write"
        case (.github, .deployments): "Deployments: read and write"
        case (.github, .comments): "Pull requests: read and write"
        case (.gitlab, .pullRequests): "scope read_api and the role Reporter"
        case (.gitlab, .statuses), (.gitlab, .deployments): "scope api and the role Developer"
        case (.gitlab, .comments): "scope api and the role Reporter"
        case (.gitea, .pullRequests), (.forgejo, .pullRequests): "repository: read"
        case (.gitea, .statuses), (.forgejo, .statuses): "repository: read and write, and the right to push"
        case (.gitea, .comments), (.forgejo, .comments): "issue: read and write"
        case (.bitbucket, .pullRequests): "Pull requests: read"
        case (.bitbucket, .statuses): "Repositories: read"
        case (.bitbucket, .comments): "Pull requests: read and write"
        case (.gitea, .deployments), (.forgejo, .deployments), (.bitbucket, .deployments): "nothing: it has none"
        }
    }
}

/// What a credential may, as far as its host says.
package struct HostRights: Sendable, Hashable {
    /// What is known about one duty.
    package enum Verdict: Sendable, Hashable {
        /// It is allowed.
        case allowed
        /// It is not; what the host said is missing, or what is known to be needed.
        case missing(String)
        /// The host does not say, and why not.
        case unknown(String)
    }

    /// By duty.
    package var verdicts: [HostDuty: Verdict] = [:]

    /// What is known about a duty.
    package subscript(_ duty: HostDuty) -> Verdict? { verdicts[duty] }
}
