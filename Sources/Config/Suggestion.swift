/// The nearest valid name for one that is not.
package enum Suggestion {
    /// What to tell about an unknown field: what its synonym says, or the nearest name.
    static func hint<Target>(for name: String, among fields: [Field<Target>], synonyms: Synonyms) -> String? {
        let plain = normalised(name)
        if let same = fields.first(where: { normalised($0.name) == plain }) { return "write '\(same.name)'" }
        if let synonym = synonyms.first(where: { normalised($0.key) == plain })?.value {
            return fields.contains { $0.name == synonym } ? "did you mean '\(synonym)'?" : synonym
        }
        if let near = nearest(to: name, among: fields.map(\.name)) { return "did you mean '\(near)'?" }
        let known = fields.filter { $0.schema != nil }.map(\.name)
        return known.count <= 12 ? "known here: \(known.joined(separator: ", "))" : nil
    }

    /// The candidate with the fewest edits, where they are few enough to be a slip; the first of equals.
    package static func nearest(to name: String, among candidates: [String]) -> String? {
        guard name.utf8.count <= 40 else { return nil }
        let limit = max(1, name.utf8.count / 3)
        let best = candidates.map { (edits: distance(name, $0), name: $0) }.min { $0.edits < $1.edits }
        guard let best, best.edits <= limit else { return nil }
        return best.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var best = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }

    /// The name without what people spell differently: `pullRequests`, `pull-requests`.
    private static func normalised(_ name: String) -> String {
        String(decoding: name.utf8.filter { $0 != 0x2d && $0 != 0x5f }, as: UTF8.self).lowercased()
    }
}
