import Synchronization

// How calls are read, and what of them is remembered.
extension ScriptedHost {
    func numbered(_ path: String, _ head: String, _ tail: String) -> Int? {
        guard path.hasPrefix(head), path.hasSuffix(tail) else { return nil }
        return Int(path.dropFirst(head.count).dropLast(tail.count))
    }

    func isCommit(_ text: some StringProtocol) -> Bool {
        (text.count == 40 || text.count == 64) && text.allSatisfy(\.isHexDigit)
    }

    func show(_ status: Shown) { shared.withLock { $0.shown.append(status) } }

    func write(_ text: String, on number: Int) -> Int { comment(text, on: number) }

    /// Changes a comment; nil when there is none of that number.
    func change(_ id: Int, to text: String) -> Bool {
        shared.withLock { memory in
            for (number, comments) in memory.comments {
                guard let place = comments.firstIndex(where: { $0.id == id }) else { continue }
                memory.comments[number]?[place].text = text
                return true
            }
            return false
        }
    }

    /// A page of a listing, as the query asks for it.
    func page(_ all: [Any], _ query: String, size name: String) -> [Any] {
        let values = arguments(query)
        let asked = values[name].flatMap { Int($0) } ?? 30
        let size = min(asked, people.withLock { $0.largestPage })
        let number = values["page"].flatMap { Int($0) } ?? 1
        if size < asked { shared.withLock { $0.hasNext = all.count > number * size } }
        return Array(all.dropFirst((number - 1) * size).prefix(size))
    }

    /// The arguments of a query by name, without escapes.
    func arguments(_ query: String) -> [String: String] {
        Dictionary(
            query.split(separator: "&").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
                .map { ($0[0], $0.count > 1 ? $0[1] : "") },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether there is such a commit: all zeros is none.
    func isThere(_ commit: some StringProtocol) -> Bool { commit.contains { $0 != "0" } }
}
