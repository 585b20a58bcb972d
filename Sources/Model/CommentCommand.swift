/// What a person asked for in a comment on a pull request, and what came of it.
package struct CommentCommand: Sendable, Hashable, Codable {
    /// What can be asked for.
    package enum Word: String, Sendable, Hashable, Codable, CaseIterable {
        /// Build and run the commit of a fork.
        case allow
        /// Try the deployment again.
        case redeploy
        /// Switch the preview off.
        case stop
        /// Switch it on again.
        case start
        /// Remove the preview.
        case delete
        /// Say why it is as it is.
        case why
    }

    /// The host's number of the comment: each acts once.
    package var comment: Int
    /// The pull request's number.
    package var number: Int
    /// What was asked for.
    package var word: Word
    /// The commit that was named, or that the pull request was at when it was asked.
    package var commit: ObjectID?
    /// Who asked.
    package var author: String
    /// When, by the host's clock.
    package var writtenAt: Timestamp
    /// What came of it, in words; nil: it was begun.
    package var outcome: String?
    /// Whether it was refused because its author may not write to the repository.
    package var isForbidden: Bool

    /// A command that was found.
    package init(
        comment: Int, number: Int, word: Word, commit: ObjectID?, author: String, writtenAt: Timestamp,
        outcome: String? = nil, isForbidden: Bool = false
    ) {
        self.comment = comment
        self.number = number
        self.word = word
        self.commit = commit
        self.author = author
        self.writtenAt = writtenAt
        self.outcome = outcome
        self.isForbidden = isForbidden
    }
}

extension CommentCommand {
    /// The number under which it is remembered that somebody asked who may not: once for a pull request.
    package static let forbidden = 0

    /// What the first line of a comment asks for; nil where it asks for nothing.
    ///
    /// `/slipway allow`, `slipway allow`, with a whole commit id behind it where one is meant; nothing else on the line.
    package static func words(in text: String) -> (word: Word, commit: ObjectID?)? {
        guard let line = text.split(whereSeparator: \.isNewline).first, line.utf8.count <= 200 else { return nil }
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 2 || words.count == 3, ["/slipway", "slipway"].contains(words[0]),
            let word = Word(rawValue: words[1])
        else { return nil }
        guard words.count == 3 else { return (word, nil) }
        guard word == .allow, let commit = ObjectID(words[2]) else { return nil }
        return (word, commit)
    }
}
