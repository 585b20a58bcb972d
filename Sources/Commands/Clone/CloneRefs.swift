import Model

/// What the refs of a clone name, read from its files: gitrepository-layout(5).
extension Clone {
    /// What was found for a text that should name a commit.
    enum Finding: Sendable, Hashable {
        /// This commit.
        case commit(ObjectID)
        /// Several that begin so.
        case ambiguous([ObjectID])
        /// A tag with a message of its own, whose commit only Git can tell.
        case annotatedTag
        /// Nothing.
        case unknown
    }

    /// The longest chain of symbolic refs that is followed; Git's own limit.
    private static let depthLimit = 5
    /// Shorter abbreviations are refused by Git, too.
    private static let shortestPrefix = 4

    /// The commit a ref's name means, in Git's own order of places: gitrevisions(7).
    func commit(named name: String) -> Finding {
        guard Self.isSafe(name) else { return .unknown }
        let packed = packedRefs
        let places = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"].map { $0 + name }
        for place in places where place == "HEAD" || place.hasPrefix("refs/") {
            guard let target = target(of: place, packed: packed, depth: 0) else { continue }
            if !target.isCertain, !knownCommits(packed).contains(target.id) { return .annotatedTag }
            return .commit(target.id)
        }
        return .unknown
    }

    /// The commit that begins with these digits, of those that refs and their logs name.
    func commit(beginningWith prefix: String) -> Finding {
        guard prefix.count >= Self.shortestPrefix, prefix.utf8.allSatisfy(\.isHexDigit) else { return .unknown }
        return Self.choose(prefix, from: knownCommits(packedRefs))
    }

    /// The one id that begins with these digits.
    static func choose(_ prefix: String, from ids: Set<ObjectID>) -> Finding {
        let digits = prefix.lowercased()
        let found = ids.filter { $0.hex.hasPrefix(digits) }.sorted()
        guard let first = found.first else { return .unknown }
        return found.count == 1 ? .commit(first) : .ambiguous(found)
    }

    /// A name that stays below the directory of refs, as git-check-ref-format(1) demands.
    private static func isSafe(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("-")
            && !name.split(separator: "/").contains { $0 == "." || $0 == ".." }
            && !name.utf8.contains(0)
    }

    private struct Target {
        let id: ObjectID
        /// Whether it is known to be a commit.
        let isCertain: Bool
    }

    private func target(of ref: String, packed: [String: Packed], depth: Int) -> Target? {
        guard depth <= Self.depthLimit, Self.isSafe(ref) else { return nil }
        let directory = ref.hasPrefix("refs/") ? commonDirectory : gitDirectory
        if let text = SmallText.read("\(directory)/\(ref)") {
            let line = SmallText.line(text)
            if line.hasPrefix("ref:") {
                return target(of: SmallText.line(String(line.dropFirst(4))), packed: packed, depth: depth + 1)
            }
            return ObjectID(line).map { Target(id: $0, isCertain: !ref.hasPrefix("refs/tags/")) }
        }
        guard let entry = packed[ref] else { return nil }
        return Target(id: entry.peeled ?? entry.id, isCertain: entry.peeled != nil || !ref.hasPrefix("refs/tags/"))
    }

    private struct Packed {
        let id: ObjectID
        var peeled: ObjectID?
    }

    /// `packed-refs`: a line for each ref, and below a tag object's the commit behind `^`.
    private var packedRefs: [String: Packed] {
        var refs: [String: Packed] = [:]
        var last: String?
        var isPeeled = false
        for line in (SmallText.read(commonDirectory + "/packed-refs") ?? "").split(separator: "\n") {
            if line.hasPrefix("#") {
                isPeeled = line.contains(" fully-peeled") || line.contains(" peeled")
            } else if line.hasPrefix("^"), let name = last {
                refs[name]?.peeled = ObjectID(String(line.dropFirst()))
            } else if line.utf8.count > 41, let id = ObjectID(String(line.prefix(40))) {
                let name = String(line.dropFirst(41))
                // In a peeled file, a tag without a line of its own behind it is a commit.
                refs[name] = Packed(id: id, peeled: isPeeled ? id : nil)
                last = name
            }
        }
        return refs
    }

    /// Every commit that branches, remote branches and the logs of refs name.
    private func knownCommits(_ packed: [String: Packed]) -> Set<ObjectID> {
        var ids = Set(packed.filter { !$0.key.hasPrefix("refs/tags/") }.map(\.value.id))
        ids.formUnion(packed.values.compactMap(\.peeled))
        for directory in ["refs/heads", "refs/remotes"] {
            collect(commonDirectory + "/" + directory, depth: 0) { text in
                if let id = ObjectID(SmallText.line(text)) { ids.insert(id) }
            }
        }
        let takeLog = { (text: String) in
            for line in text.split(separator: "\n") {
                for word in line.split(separator: " ", maxSplits: 2).prefix(2) {
                    if let id = ObjectID(String(word)), id != .zero { ids.insert(id) }
                }
            }
        }
        if let text = SmallText.read(gitDirectory + "/logs/HEAD") { takeLog(text) }
        if let text = SmallText.read(gitDirectory + "/HEAD"), let id = ObjectID(SmallText.line(text)) { ids.insert(id) }
        collect(commonDirectory + "/logs/refs", depth: 0, takeLog)
        return ids
    }

    /// Directories of refs are as deep as names have slashes.
    private static let directoryLimit = 12

    private func collect(_ directory: String, depth: Int, _ take: (String) -> Void) {
        guard depth < Self.directoryLimit else { return }
        for name in SmallText.names(in: directory) {
            let path = directory + "/" + name
            if let text = SmallText.read(path) { take(text) } else { collect(path, depth: depth + 1, take) }
        }
    }
}
