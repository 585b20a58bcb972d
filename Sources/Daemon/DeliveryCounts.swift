package import Model
import Synchronization

/// How many webhook requests of a project came to the same.
package struct DeliveryCount: Sendable, Hashable {
    /// What a request came to.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It is on disk.
        case accepted
        /// It was on disk already.
        case duplicate
        /// Its signature was missing or wrong.
        case unauthorised
        /// It could not be read.
        case malformed
        /// Its media type was none we read.
        case unsupported
        /// It had too many bytes.
        case tooLarge = "too-large"
        /// It could not be made durable.
        case unavailable
    }

    /// Whose they were.
    package let project: ProjectName
    /// What they came to.
    package let outcome: Outcome
    /// How many, since the daemon was started.
    package let count: Int

    /// A count as given.
    package init(project: ProjectName, outcome: Outcome, count: Int) {
        self.project = project
        self.outcome = outcome
        self.count = count
    }
}

/// Counts webhook requests; as many counters as there are configured projects and outcomes.
final class DeliveryCounts: Sendable {
    private let counts = Mutex<[ProjectName: [DeliveryCount.Outcome: Int]]>([:])

    /// One more came to that.
    func count(_ outcome: DeliveryCount.Outcome, of project: ProjectName) {
        counts.withLock { $0[project, default: [:]][outcome, default: 0] += 1 }
    }

    /// Every counter that has counted, by project, then outcome.
    var all: [DeliveryCount] {
        counts.withLock { $0 }.sorted { $0.key < $1.key }.flatMap { project, counts in
            DeliveryCount.Outcome.allCases.compactMap { outcome in
                counts[outcome].map { DeliveryCount(project: project, outcome: outcome, count: $0) }
            }
        }
    }
}
