/// Which pull requests count, by what their host says of them.
package struct PullRequestFilter: Sendable, Hashable, Codable {
    /// Whether drafts count.
    package var drafts: Bool
    /// Patterns of labels; nil: any.
    package var labels: [String]?
    /// Patterns of titles; nil: any.
    package var titles: [String]?

    /// A filter as given; by default every pull request passes.
    package init(drafts: Bool = true, labels: [String]? = nil, titles: [String]? = nil) {
        self.drafts = drafts
        self.labels = labels
        self.titles = titles
    }

    /// Whether it refuses nothing.
    package var isOpen: Bool { drafts && (labels ?? []).isEmpty && (titles ?? []).isEmpty }

    /// Why a pull request does not count, in words that follow its number; nil when it does.
    package func refusal(of request: PullRequest) -> String? {
        if !drafts, request.isDraft { return "is a draft (environments.preview.drafts)" }
        if let pattern = refusal(of: request.labels, by: labels) {
            return pattern.isEmpty
                ? "has none of the labels that it needs (environments.preview.labels)"
                : "has a label that '\(pattern)' excludes (environments.preview.labels)"
        }
        if let pattern = refusal(of: [request.title], by: titles) {
            return pattern.isEmpty
                ? "has a title that no pattern admits (environments.preview.titles)"
                : "has a title that '\(pattern)' excludes (environments.preview.titles)"
        }
        return nil
    }

    /// The pattern that excludes one of the texts; empty where none admits any; nil where they pass.
    ///
    /// A pattern that begins with `!` excludes; of the others, where there are any, one must match. Case does not count.
    private func refusal(of texts: [String], by patterns: [String]?) -> String? {
        guard let patterns, !patterns.isEmpty else { return nil }
        let words = texts.map(Self.folded)
        func matches(_ pattern: Substring) -> Bool {
            let pattern = RefPattern(String(decoding: Self.folded(String(pattern)), as: UTF8.self))
            return words.contains { pattern.matches($0) }
        }
        let (excluding, admitting) = (patterns.filter { $0.hasPrefix("!") }, patterns.filter { !$0.hasPrefix("!") })
        if let pattern = excluding.first(where: { matches($0.dropFirst()) }) { return pattern }
        return admitting.isEmpty || admitting.contains { matches($0[...]) } ? nil : ""
    }

    /// ASCII letters in lower case, everything else as it is.
    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { (0x41...0x5a).contains($0) ? $0 + 32 : $0 }
    }
}
