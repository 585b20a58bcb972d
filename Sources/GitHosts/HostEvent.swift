package import Model

/// What a delivery says happened, in one vocabulary for all hosts. A key the payload does not tell is nil.
package struct HostEvent: Sendable, Hashable {
    /// The kinds of event.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A branch was made or moved.
        case push
        /// A tag was made or moved.
        case tag
        /// A branch is gone.
        case branchDeleted = "branch-deleted"
        /// A tag is gone.
        case tagDeleted = "tag-deleted"
        /// A pull request was opened.
        case opened = "pr-opened"
        /// A pull request changed: commits, target, labels or draft flag.
        case updated = "pr-updated"
        /// A pull request was opened again.
        case reopened = "pr-reopened"
        /// A pull request was closed without a merge.
        case closed = "pr-closed"
        /// A pull request was merged.
        case merged = "pr-merged"
        /// Somebody wrote a comment on a pull request.
        case comment = "pr-comment"
        /// A release was published.
        case release
        /// The host tries the hook.
        case ping
        /// The repository has another name.
        case renamed = "repo-renamed"
    }

    /// A comment on a pull request.
    package struct Comment: Sendable, Hashable {
        /// The text.
        package let body: String
        /// Who wrote it, as the host says.
        package let author: String
    }

    /// What happened.
    package var kind: Kind
    /// The full name of the repository that was pushed to, or of the pull request's target.
    package var repository: String?
    /// Addresses the payload gives, https first; for display, never to be fetched from.
    package var cloneURLs: [String] = []
    /// The default branch's short name.
    package var defaultBranch: String?
    /// The ref, in full.
    package var ref: RefName?
    /// What the ref pointed at; nil when it is new.
    package var before: ObjectID?
    /// What it points at; nil when it is gone. A tag object, for an annotated tag.
    package var after: ObjectID?
    /// The commit, peeled where the payload tells it.
    package var commit: ObjectID?
    /// Whether the ref did not exist before.
    package var isCreated: Bool?
    /// Whether commits were taken away from the branch.
    package var isForced: Bool?
    /// The pull request's number.
    package var number: Int?
    /// The pull request's source branch.
    package var headRef: String?
    /// Its tip; twelve digits from Bitbucket.
    package var headCommit: String?
    /// The full name of the repository it comes from.
    package var headRepository: String?
    /// The pull request's target branch.
    package var baseRef: String?
    /// Its tip.
    package var baseCommit: String?
    /// Whether the source is another repository; nil when the payload does not tell: then it counts as one.
    package var isFork: Bool?
    /// Whether the pull request is a draft.
    package var isDraft: Bool?
    /// The pull request's labels.
    package var labels: [String] = []
    /// Whether the source branch has new commits.
    package var isHeadChanged: Bool?
    /// The commit the merge made.
    package var mergeCommit: String?
    /// The tag's short name.
    package var tag: String?
    /// The comment.
    package var comment: Comment?
    /// The repository's full name before it was renamed.
    package var oldRepository: String?
    /// Who caused it, as the host says.
    package var sender: String?

    /// An event of which only the kind is known yet.
    package init(_ kind: Kind) { self.kind = kind }
}

extension HostEvent {
    /// The event of a ref that moved: its kind follows from the ref and from what is all zeros.
    static func push(ref: RefName, before: ObjectID?, after: ObjectID?, commit: ObjectID?) -> HostEvent {
        let isGone = after == nil
        var event = HostEvent(ref.isTag ? (isGone ? .tagDeleted : .tag) : (isGone ? .branchDeleted : .push))
        event.ref = ref
        event.before = before
        event.after = after
        event.commit = isGone ? nil : commit
        event.isCreated = isGone ? nil : before == nil
        event.tag = ref.isTag ? String(decoding: ref.shortBytes, as: UTF8.self) : nil
        return event
    }

    /// The event of a ref that is gone, named in short or in full.
    static func deletion(of name: String, type: String?) -> HostEvent? {
        fullRef(name, type: type).map { push(ref: $0, before: nil, after: nil, commit: nil) }
    }

    /// The full name of a ref that is given in short or in full.
    static func fullRef(_ name: String, type: String?) -> RefName? {
        if name.hasPrefix("refs/") { return RefName(name) }
        return switch type {
        case "tag": .tag(name)
        case "branch": .branch(name)
        default: nil
        }
    }
}
