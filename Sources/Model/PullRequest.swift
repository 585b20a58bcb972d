/// A pull request (GitLab: merge request) as its host last described it.
package struct PullRequest: Sendable, Hashable, Codable {
    /// Its number in the repository.
    package var number: Int
    /// Its title.
    package var title: String
    /// The account that opened it.
    package var author: String
    /// The branch it comes from.
    package var head: RefName
    /// Its newest commit; nil where the host told an abbreviation only.
    package var commit: ObjectID?
    /// The branch it goes to.
    package var base: RefName
    /// Whether it comes from another repository; what the host does not tell counts as one.
    package var isFork: Bool
    /// Whether it is a draft.
    package var isDraft: Bool
    /// Its labels.
    package var labels: [String]
    /// Whether it is open; a merged one is closed.
    package var isOpen: Bool

    /// A pull request as given.
    package init(
        number: Int, title: String, author: String, head: RefName, commit: ObjectID?, base: RefName, isFork: Bool,
        isDraft: Bool, labels: [String], isOpen: Bool
    ) {
        self.number = number
        self.title = title
        self.author = author
        self.head = head
        self.commit = commit
        self.base = base
        self.isFork = isFork
        self.isDraft = isDraft
        self.labels = labels
        self.isOpen = isOpen
    }
}
