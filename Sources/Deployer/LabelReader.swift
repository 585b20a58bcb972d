import Synchronization

/// Reads labels, and remembers what it read: nothing in the engine ever gets other labels, and everything is listed often.
final class LabelReader: Sendable {
    private struct Entry {
        let labels: [String: String]
        let read: LabelSet?
    }

    private let known = Mutex<[String: Entry]>([:])

    /// How much is remembered: what most machines run, and little memory where containers come and go.
    private static let limit = 512

    /// What the labels say of the container, network or volume with that id or name; nil when they are not those of an environment.
    func read(_ labels: [String: String], of id: String) -> LabelSet? {
        // Ids of strangers' are not unique among engines, and names come again: what is remembered must be the very same.
        if let entry = known.withLock({ $0[id] }), entry.labels == labels { return entry.read }
        let read = LabelSet(labels)
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[id] = Entry(labels: labels, read: read)
        }
        return read
    }
}
