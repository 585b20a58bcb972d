import Model

/// A tag that is a version.
struct VersionTag {
    let ref: KnownRef
    let version: SemanticVersion
}

/// Which tag production follows: the highest semantic version that the policy's pattern admits.
struct TagChoice {
    /// The highest version; nil where no tag counts.
    let highest: VersionTag?
    /// Remarks about newer tags that do not count.
    let notes: [String]
    private let pattern: RefPattern

    /// - Parameter running: the tag that production runs; it stays when another has the same precedence.
    init(pattern: RefPattern, running: RefName?, in situation: Situation) {
        self.pattern = pattern
        var counting: [VersionTag] = []
        var others: [KnownRef] = []
        for ref in situation.facts.refs where ref.name.isTag && !ref.isGone {
            guard pattern.matches(ref.name.shortBytes) else { continue }
            if let version = Self.version(of: ref.name, pattern: pattern),
                !version.isPrerelease || Self.names(prereleaseOf: ref.name, pattern)
            {
                counting.append(VersionTag(ref: ref, version: version))
            } else {
                others.append(ref)
            }
        }
        highest = counting.max { left, right in
            if left.version < right.version { return true }
            if right.version < left.version { return false }
            if (left.ref.name == running) != (right.ref.name == running) { return right.ref.name == running }
            return (right.ref.sequence, right.ref.name) < (left.ref.sequence, left.ref.name)
        }
        notes = Self.notes(counting: counting, others: others, highest: highest)
    }

    /// The version that a tag of this policy stands for.
    func version(of tag: RefName) -> SemanticVersion? { Self.version(of: tag, pattern: pattern) }

    /// Reads the tag as a version: as a whole, or behind the literal beginning of the pattern (`release-*`).
    private static func version(of tag: RefName, pattern: RefPattern) -> SemanticVersion? {
        guard let short = text(of: tag) else { return nil }
        if let version = SemanticVersion(short) { return version }
        let literal = pattern.text.prefix { $0 != "*" && $0 != "?" }
        guard short.hasPrefix(literal) else { return nil }
        return SemanticVersion(String(short.dropFirst(literal.count)))
    }

    /// Whether the pattern itself asks for the pre-release part: it would not match without.
    private static func names(prereleaseOf tag: RefName, _ pattern: RefPattern) -> Bool {
        guard let short = text(of: tag), let version = version(of: tag, pattern: pattern) else { return false }
        let core = version.numbers.joined(separator: ".")
        guard let end = short.firstRange(of: core)?.upperBound else { return false }
        return !pattern.matches(Array(short[..<end].utf8))
    }

    private static func text(of tag: RefName) -> String? {
        let bytes = tag.shortBytes
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.utf8) == bytes ? text : nil
    }

    private static func notes(counting: [VersionTag], others: [KnownRef], highest: VersionTag?) -> [String] {
        let since = highest?.ref.sequence ?? .min
        var notes: [String] = []
        let lower = counting.map(\.ref).filter { !$0.isBaseline && $0.sequence > since }
        if let highest, let newest = lower.max(by: { $0.sequence < $1.sequence }) {
            notes.append(
                "tag \(newest.name.short) was pushed later but is not higher than \(highest.ref.name.short), "
                    + "so it is not deployed")
        }
        let ignored = others.filter { !$0.isBaseline && $0.sequence > since }
        if let newest = ignored.max(by: { $0.sequence < $1.sequence }) {
            notes.append("tag \(newest.name.short) does not count: it is no semantic version or a pre-release")
        }
        return notes
    }
}
