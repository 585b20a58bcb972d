import Model
import Synchronization

/// Keeps a flood of refused deliveries from becoming a flood of events: one for each project and minute, with a count.
final class RejectionLog: Sendable {
    private struct Entry {
        var saidAt: Timestamp
        var silent = 0
    }

    private let entries = Mutex<[ProjectName: Entry]>([:])

    /// The time between two events about refused deliveries of one project.
    private static let interval = Duration.seconds(60)

    /// The sentence to say about a refusal; nil while the last one is too recent.
    func sentence(for rejection: String, of project: ProjectName, at now: Timestamp) -> String? {
        entries.withLock { entries in
            guard var entry = entries[project] else {
                entries[project] = Entry(saidAt: now)
                return "a delivery was refused: \(rejection)"
            }
            let passed = now.since(entry.saidAt)
            if passed >= .zero, passed < Self.interval {
                entry.silent += 1
                entries[project] = entry
                return nil
            }
            entries[project] = Entry(saidAt: now)
            let others = entry.silent == 0 ? "" : " (and \(entry.silent) more since the last such event)"
            return "a delivery was refused: \(rejection)\(others)"
        }
    }
}
