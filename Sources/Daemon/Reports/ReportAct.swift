import GitHosts
import Model
import Store

/// One thing to tell a Git host.
enum ReportAct: Sendable, Hashable {
    /// A status beside a commit, and what the host was told of it last.
    case status(CommitStatus, told: ToldStatus?)
    /// A deployment in an environment.
    case deployment(HostDeployment, told: ToldDeployment?)
    /// The one comment on a pull request.
    case comment(String, on: Int, id: Int?)

    /// What it belongs to: what is refused for one topic says nothing about another.
    enum Topic: Hashable, CaseIterable {
        case statuses, deployments, comments
    }

    var topic: Topic {
        switch self {
        case .status: .statuses
        case .deployment: .deployments
        case .comment: .comments
        }
    }

    /// What it says without what was told before: what a host refused is not sent again until it reads differently.
    var content: Self {
        switch self {
        case .status(let status, _): .status(status, told: nil)
        case .deployment(let deployment, _): .deployment(deployment, told: nil)
        case .comment(let text, let number, _): .comment(text, on: number, id: nil)
        }
    }

    /// What a later act about the same thing has in common with this one.
    enum Subject: Hashable {
        case status(CommitStatus.Key)
        case deployment(HostDeployment.Key)
        case comment(Int)
    }

    var subject: Subject {
        switch self {
        case .status(let status, _): .status(status.key)
        case .deployment(let deployment, _): .deployment(deployment.key)
        case .comment(_, let number, _): .comment(number)
        }
    }

    /// The urgency, the lowest first: what people wait for, then what they watch.
    var rank: Int {
        switch self {
        case .status(let status, let told): status.state.isFinal || told == nil ? 0 : 3
        case .deployment(let deployment, let told):
            deployment.state == .success || deployment.state == .failure || told == nil
                ? 1 : deployment.state.isOver ? 2 : 3
        case .comment: 2
        }
    }

    /// Whether it only says in other words what was told: not urgent at all.
    var isRewording: Bool {
        switch self {
        case .status(let status, let told?): status.state == told.status.state && !status.state.isFinal
        case .deployment(let deployment, let told?):
            deployment.state == told.deployment.state && deployment.state.isOpen
        case .status(_, nil), .deployment(_, nil), .comment: false
        }
    }
}
