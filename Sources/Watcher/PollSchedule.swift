import Lifecycle
package import Model

/// Who is to be listed when. Pure: time and chance are handed in, and what is due is handed out.
package struct PollSchedule: Sendable {
    /// One project's place in the schedule.
    private struct Entry: Sendable {
        var address: RemoteAddress
        var dueAt: ContinuousClock.Instant
        var failures = 0
        var isUnderWay = false
        /// Someone asked to look, and no listing has begun since.
        var isAsked = false
        /// The listing under way was asked for before its time.
        var isHurried = false
        /// When the looks that were asked for are paid off, one for each ``askInterval``.
        var paidAt: ContinuousClock.Instant?
        var fingerprint: Int?
        var repeats = 0
    }

    /// How often a remote that answers is listed.
    package let interval: Duration
    private let backoff: Backoff
    /// For what says nothing about the remote.
    private let interruptionBackoff: Backoff
    private var entries: [ProjectName: Entry] = [:]

    /// How often a project is listed at most because it is asked for, once ``askBurst`` are used up: whoever knows a
    /// webhook secret can ask as often as a machine can, and each listing is a process.
    package static let askInterval = Duration.milliseconds(500)
    /// How many listings may be asked for at once.
    package static let askBurst = 8

    /// A schedule without projects.
    ///
    /// - Parameter longest: the longest pause after failures; DESIGN section 7.
    package init(interval: Duration, longest: Duration = .seconds(600)) {
        self.interval = interval
        backoff = Backoff(first: interval, limit: max(interval, longest), jitter: 0.1)
        interruptionBackoff = Backoff(first: min(.seconds(1), interval), limit: max(interval, longest), jitter: 0.1)
    }

    /// Everything that will be due this soon goes along with what is due: children are started seldom.
    private var slack: Duration { interval / 5 }

    /// Adds a project, due now; or gives it another address.
    package mutating func watch(_ project: ProjectName, at address: RemoteAddress, now: ContinuousClock.Instant) {
        if entries[project]?.address == address { return }
        entries[project] = Entry(address: address, dueAt: now)
    }

    /// Removes a project; the result of a listing under way is then nobody's.
    package mutating func unwatch(_ project: ProjectName) { entries[project] = nil }

    /// Makes a project due now, or once more when a listing is under way. Any number of times is as good as once.
    ///
    /// - Returns: false when that was so already.
    @discardableResult
    package mutating func look(at project: ProjectName, now: ContinuousClock.Instant) -> Bool {
        guard let entry = entries[project], !entry.isAsked else { return false }
        let dueAt = Self.earliest(for: entry, now: now)
        guard entry.isUnderWay || dueAt < entry.dueAt else { return false }
        entries[project]?.isAsked = true
        if !entry.isUnderWay { entries[project]?.dueAt = dueAt }
        return true
    }

    /// When a listing that is asked for may begin.
    private static func earliest(for entry: Entry, now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        max(now, (entry.paidAt ?? now) - askInterval * (askBurst - 1))
    }

    /// Takes the projects that are to be listed now, which are then under way until ``finished(_:at:outcome:now:random:)``.
    package mutating func takeDue(now: ContinuousClock.Instant) -> [ProjectName] {
        let waiting = entries.filter { !$0.value.isUnderWay }
        let due = waiting.filter { $0.value.dueAt <= now }
        guard !due.isEmpty else { return [] }
        // Other projects with the repository come along whenever they are due, so that it is listed once.
        let addresses = Set(due.values.map(\.address))
        let taken = waiting.filter { _, entry in
            entry.dueAt <= now + slack || entry.failures == 0 && addresses.contains(entry.address)
        }
        for (project, entry) in taken {
            entries[project]?.isUnderWay = true
            entries[project]?.isAsked = false
            entries[project]?.isHurried = entry.isAsked
            if entry.isAsked { entries[project]?.paidAt = max(entry.paidAt ?? now, now) + Self.askInterval }
        }
        return taken.keys.sorted()
    }

    /// Notes what a complete listing of the address said; equal listings have equal fingerprints.
    ///
    /// - Returns: how many listings in a row before this one said the same to every one of the projects.
    package mutating func heard(_ fingerprint: Int, of address: RemoteAddress, for projects: [ProjectName]) -> Int {
        var repeats = Int.max
        for project in projects {
            guard var entry = entries[project], entry.address == address else { continue }
            entry.repeats = entry.fingerprint == fingerprint ? entry.repeats + 1 : 0
            entry.fingerprint = fingerprint
            entries[project] = entry
            repeats = min(repeats, entry.repeats)
        }
        return repeats == .max ? 0 : repeats
    }

    /// How a listing ended.
    package enum Outcome: Sendable, Hashable {
        /// Complete.
        case listed
        /// It failed.
        case failed
        /// It broke off for a reason of this machine's, and says nothing about the remote.
        case interrupted
        /// It was given up.
        case cancelled
    }

    /// Notes the end of a listing for the projects it was for; they are due together again.
    ///
    /// - Parameter random: from 0 up to 1.
    package mutating func finished(
        _ projects: [ProjectName], at address: RemoteAddress, outcome: Outcome, now: ContinuousClock.Instant,
        random: Double
    ) {
        for project in projects {
            guard var entry = entries[project], entry.address == address, entry.isUnderWay else { continue }
            entry.isUnderWay = false
            switch outcome {
            case .listed:
                entry.failures = 0
                entry.dueAt = now + backoff.jittered(interval, random: random)
            case .failed:
                // However often somebody asks while a remote is away, the pause grows with its own polls alone.
                entry.failures = entry.isHurried ? max(1, entry.failures) : entry.failures + 1
                entry.dueAt = now + backoff.pause(afterFailures: entry.failures, random: random)
            case .interrupted:
                entry.failures += 1
                entry.dueAt = now + interruptionBackoff.pause(afterFailures: entry.failures, random: random)
            case .cancelled:
                entry.dueAt = now + interval
            }
            if entry.isAsked { entry.dueAt = Self.earliest(for: entry, now: now) }
            entries[project] = entry
        }
    }

    /// When something is due next; nil when nothing is, or all of it is under way.
    package var nextDue: ContinuousClock.Instant? {
        entries.values.lazy.filter { !$0.isUnderWay }.map(\.dueAt).min()
    }
}
