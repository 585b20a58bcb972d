import Synchronization

/// Reads labels, and remembers what it read: nothing in the engine ever gets other labels, and everything is listed often.
final class LabelReader: Sendable {
    private struct Entry {
        /// What the labels were: their hash, since they themselves are three times as large as what they say.
        let fingerprint: Int
        let read: LabelSet?
    }

    private let known = Mutex<[String: Entry]>([:])

    /// How much is remembered: what most machines run, and little memory where containers come and go.
    private static let limit = 512

    /// What the labels say of the container, network or volume with that id or name; nil when they are not those of an environment.
    func read(_ labels: [String: String], of id: String) -> LabelSet? {
        // Ids of strangers' are not unique among engines, and names come again: what is remembered must be the very
        // same. Hashes are by a key that each process draws, so nobody can make two that are equal.
        let fingerprint = labels.hashValue
        if let entry = known.withLock({ $0[id] }), entry.fingerprint == fingerprint { return entry.read }
        let read = LabelSet(labels)
        known.withLock { known in
            if known.count >= Self.limit { known = [:] }
            known[id] = Entry(fingerprint: fingerprint, read: read)
        }
        return read
    }
}
