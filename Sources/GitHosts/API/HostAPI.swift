package import Model

/// What one kind of Git host accepts: turns what is to be told or asked into calls, and answers into values.
///
/// Pure: nothing is sent here. Every report is an upsert: the same one sent twice changes nothing.
package protocol HostAPI: SendableMetatype {
    /// The headers that every call carries, the credential among them.
    static func headers(_ credential: HostCredential) -> [(name: String, value: String)]
    /// The longest summary of a commit status, in characters.
    static var summaryLimit: Int { get }
    /// The states that a commit must be given one after the other to end in the last.
    ///
    /// - Parameter before: what the host was told last for the same commit and context.
    static func states(to state: CommitStatus.State, before: CommitStatus.State?) -> [CommitStatus.State]
    /// The call that makes a commit show a status.
    ///
    /// - Parameter mark: what an earlier answer said is to be sent again.
    static func call(for status: CommitStatus, mark: String?, in repository: HostRepository) -> HostCall
    /// The call that looks for what a commit shows under that context already; nil where the next call replaces it anyway.
    static func statuses(like status: CommitStatus, in repository: HostRepository) -> HostCall?
    /// The newest of what that call found; nil where there is none.
    static func status(in answer: JSONValue, like status: CommitStatus) -> ToldStatus?
    /// What is to be sent again with the next call, by the answer to this one.
    static func mark(in answer: JSONValue) -> String?
    /// Whether a refusal means that the wish was met before.
    static func isMet(_ call: HostCall, status: Int, message: String) -> Bool
    /// The call that lists open pull requests, a page at a time, from 1 on.
    static func pullRequests(page: Int, in repository: HostRepository) -> HostCall
    /// The call that describes one pull request, open or closed.
    static func pullRequest(_ number: Int, in repository: HostRepository) -> HostCall
    /// One pull request of such a page; nil when it makes no sense.
    static func pullRequest(_ value: JSONValue) -> PullRequest?
    /// The pull requests of a page; nil when the answer is none.
    static func page(_ answer: JSONValue) -> [JSONValue]?
    /// The call that lists a pull request's comments, a page at a time, from 1 on.
    static func comments(on number: Int, page: Int, in repository: HostRepository) -> HostCall
    /// One comment of such a page.
    static func comment(_ value: JSONValue) -> HostComment?
    /// The call that writes a comment; `id` is the one to be changed.
    static func write(_ text: String, on number: Int, comment id: Int?, in repository: HostRepository) -> HostCall
}

/// A comment on a pull request.
package struct HostComment: Sendable, Hashable {
    /// The host's number of it.
    package let id: Int
    /// Its text.
    package let text: String
}

/// Who calls a host's API.
package enum HostCredential: Sendable, Hashable {
    /// A token.
    case token(Secret<String>)
    /// A user name with a password or token.
    case password(user: String, Secret<String>)

    /// What a remote's credential can be used for besides Git; nil for keys and for none.
    package init?(_ credential: RemoteCredential) {
        switch credential {
        case .token(let token): self = .token(token)
        case .password(let user, let password): self = .password(user: user, password)
        case .none, .sshKey: return nil
        }
    }
}

extension HostAPI {
    package static func states(to state: CommitStatus.State, before: CommitStatus.State?) -> [CommitStatus.State] {
        [state]
    }
    package static func statuses(like status: CommitStatus, in repository: HostRepository) -> HostCall? { nil }
    package static func status(in answer: JSONValue, like status: CommitStatus) -> ToldStatus? { nil }
    package static func mark(in answer: JSONValue) -> String? { nil }
    package static func isMet(_ call: HostCall, status: Int, message: String) -> Bool { false }
    package static func page(_ answer: JSONValue) -> [JSONValue]? { answer.isArray ? answer.elements : nil }

    /// How many entries a page has.
    static var pageSize: Int { 50 }

    /// A summary that fits.
    static func summary(of status: CommitStatus) -> String {
        guard status.summary.count > summaryLimit else { return status.summary }
        return status.summary.prefix(summaryLimit - 1) + "…"
    }

    /// `Basic …`, RFC 7617.
    static func basic(_ user: String, _ password: Secret<String>) -> String {
        password.withValue { "Basic " + Base64.encoded(Array("\(user):\($0)".utf8)) }
    }
}

extension GitHostKind {
    /// What hosts of this kind accept.
    package var api: any HostAPI.Type {
        switch self {
        case .github: GitHubAPI.self
        case .gitlab: GitLabAPI.self
        case .gitea, .forgejo: GiteaAPI.self
        case .bitbucket: BitbucketAPI.self
        }
    }
}
