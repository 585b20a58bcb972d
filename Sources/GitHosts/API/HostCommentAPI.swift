package import Model

/// How comments of one kind of Git host are read for what they ask, and who may ask.
package protocol HostCommentAPI: SendableMetatype {
    /// What changes in the listing of pull requests whenever somebody comments on one; nil where nothing does.
    static func version(of pullRequest: JSONValue) -> String?
    /// When somebody last pushed to the repository that a pull request comes from; nil where the host does not say.
    static func lastPush(to pullRequest: JSONValue) -> Timestamp?
    /// The call that lists comments written since a moment, a page at a time, from 1 on.
    static func comments(on number: Int, since: Timestamp?, page: Int, in repository: HostRepository) -> HostCall
    /// One comment of such a page; nil for what no person wrote, and for what was changed after it was written.
    static func spoken(_ value: JSONValue) -> SpokenComment?
    /// The call that says what an account may do in the repository.
    static func permission(of author: SpokenComment.Author, in repository: HostRepository) -> HostCall
    /// Whether that account may write to the repository, by the answer.
    static func mayWrite(_ answer: JSONValue) -> Bool
    /// Whether the newest comments come first, so that older pages need not be read.
    static var isNewestFirst: Bool { get }
}

/// A comment as somebody wrote it.
package struct SpokenComment: Sendable, Hashable {
    /// Who wrote it.
    package struct Author: Sendable, Hashable, Codable {
        /// What the host's calls name the account by.
        package let id: String
        /// What people call it.
        package let name: String

        /// An author as given.
        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The host's number of it.
    package let id: Int
    /// Its text.
    package let text: String
    /// Who wrote it.
    package let author: Author
    /// When, by the host's clock.
    package let writtenAt: Timestamp
}

extension HostCommentAPI {
    package static var isNewestFirst: Bool { false }
    package static func lastPush(to pullRequest: JSONValue) -> Timestamp? { nil }

    /// Whether a comment is as it was written: somebody else may have changed it since.
    static func isUnchanged(_ created: Timestamp, _ updated: String?) -> Bool {
        guard let updated = updated.flatMap(HostMoment.timestamp) else { return true }
        return updated.since(created) <= .seconds(1)
    }
}

extension GitHostKind {
    /// How comments are read on hosts of this kind.
    package var commentAPI: any HostCommentAPI.Type {
        switch self {
        case .github: GitHubAPI.self
        case .gitlab: GitLabAPI.self
        case .gitea, .forgejo: GiteaAPI.self
        case .bitbucket: BitbucketAPI.self
        }
    }
}
