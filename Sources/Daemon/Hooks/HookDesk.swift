import GitHosts
import Lifecycle
import Model
import Synchronization

/// Notes what is seen of every project's webhook, by whoever sees it.
package final class HookDesk: Sendable {
    /// What was seen of one project.
    struct Entry: Sendable {
        var listing = WebhookFacts.Listing.pending
        var lastDeliveryAt: Timestamp?
        var refusal: WebhookFacts.Refusal?
        var silentSince: Timestamp?
        /// What is on disk of the silence.
        var keptSilence: Timestamp?
        var isBeingRepaired = false
    }

    private let entries = Mutex<[ProjectName: Entry]>([:])
    /// Rung when a silence began or ended.
    let wake = Wake()

    /// Nothing has been seen.
    package init() {}

    /// What was seen of a project.
    func entry(of project: ProjectName) -> Entry { entries.withLock { $0[project] ?? Entry() } }

    /// What was remembered before the daemon was started; what was seen since counts more.
    func restore(_ project: ProjectName, lastDeliveryAt: Timestamp?, silentSince: Timestamp?) {
        entries.withLock { entries in
            var entry = entries[project] ?? Entry()
            entry.keptSilence = silentSince
            if entry.lastDeliveryAt == nil {
                entry.lastDeliveryAt = lastDeliveryAt
                entry.silentSince = silentSince
            }
            entries[project] = entry
        }
    }

    /// An authentic delivery came: whatever was missed, the hook works.
    func delivered(to project: ProjectName, at moment: Timestamp) {
        let isNews = entries.withLock { entries in
            var entry = entries[project] ?? Entry()
            defer { entries[project] = entry }
            entry.lastDeliveryAt = moment
            entry.refusal = nil
            defer { entry.silentSince = nil }
            return entry.silentSince != nil
        }
        if isNews { wake.ring() }
    }

    /// A delivery was refused. Whoever reaches the daemon can cause it, so that nothing follows from it alone.
    func refused(for project: ProjectName, _ reason: String, at moment: Timestamp) {
        entries.withLock { $0[project, default: Entry()].refusal = .init(at: moment, reason: reason) }
    }

    /// A listing showed that Git has moved.
    ///
    /// - Parameter before: when it was listed before that.
    func moved(_ project: ProjectName, at moment: Timestamp, listedBefore before: Timestamp?) {
        let isNews = entries.withLock { entries in
            var entry = entries[project] ?? Entry()
            guard entry.silentSince == nil else { return false }
            let late = moment.advanced(by: .zero - WebhookJudgement.grace)
            let since = min(before ?? late, late)
            if let last = entry.lastDeliveryAt, last >= since { return false }
            entry.silentSince = moment
            entries[project] = entry
            return true
        }
        if isNews { wake.ring() }
    }

    /// The host said what hooks there are, or why it does not.
    func take(_ listing: WebhookFacts.Listing, of project: ProjectName) {
        entries.withLock { $0[project, default: Entry()].listing = listing }
    }

    /// The projects whose silence is not on disk as it is, with what it is.
    func unkeptSilences() -> [(project: ProjectName, since: Timestamp?)] {
        entries.withLock { entries in
            entries.filter { $0.value.silentSince != $0.value.keptSilence }.map { ($0.key, $0.value.silentSince) }
        }
    }

    /// A silence is on disk.
    func kept(_ since: Timestamp?, of project: ProjectName) {
        entries.withLock { $0[project, default: Entry()].keptSilence = since }
    }

    /// Begins to repair a project's hook; false when somebody else is at it.
    func beginRepair(of project: ProjectName) -> Bool {
        entries.withLock { entries in
            guard entries[project]?.isBeingRepaired != true else { return false }
            entries[project, default: Entry()].isBeingRepaired = true
            return true
        }
    }

    /// The repair is over.
    func endRepair(of project: ProjectName) { entries.withLock { $0[project]?.isBeingRepaired = false } }
}
