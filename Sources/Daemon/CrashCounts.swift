package import Model

/// How often containers ended again soon after they were started, and for how long they are left alone: pure.
///
/// The first end is nobody's business but the engine's, which starts the container again. From the second in a row on,
/// the pauses between two starts grow from a second to five minutes, so that an application that cannot run costs little.
package struct CrashCounts: Sendable, Hashable {
    /// What is known of one container.
    package struct Count: Sendable, Hashable {
        /// How often in a row it ended.
        package var ends = 0
        /// How it last ended, in words.
        package var words = ""
        /// Until when it is left alone; nil: it is not.
        package var restsUntil: Timestamp?
        var startedAt: Timestamp?
    }

    /// By the container's name.
    package private(set) var counts: [String: Count] = [:]

    /// A container that ran for so long has not crashed at its start: it is counted anew.
    static let steadyTime = Duration.seconds(60)
    /// From so many ends in a row on, the pause is the longest: it counts as parked.
    static let parkedEnds = 10
    /// After so many ends in a row people are told.
    static let toldEnds = 3
    /// SIGKILL's exit status in a shell and in engines: 128 + 9.
    static let killedExitCode = 137
    /// The longest pause.
    static let longestPause = Duration.seconds(300)
    /// How many containers are counted; far more than an environment has.
    private static let limit = 256

    package init() {}

    /// A container was started.
    mutating func started(_ name: String, at now: Timestamp) {
        guard counts[name] != nil || counts.count < Self.limit else { return }
        counts[name, default: Count()].startedAt = now
    }

    /// A container ended; in words, how. Returns how often in a row it has.
    mutating func ended(_ name: String, _ words: String, at now: Timestamp) -> Int {
        guard counts[name] != nil || counts.count < Self.limit else { return 0 }
        var count = counts[name] ?? Count()
        // That it was stopped so that it rests is no further end.
        guard count.restsUntil == nil else {
            counts[name]?.startedAt = nil
            return 0
        }
        if let startedAt = count.startedAt, now.since(startedAt) >= Self.steadyTime { count.ends = 0 }
        count.ends += 1
        count.words = words
        count.startedAt = nil
        count.restsUntil = count.ends < 2 ? nil : now.advanced(by: Self.pause(afterEnds: count.ends))
        counts[name] = count
        return count.ends
    }

    /// Why it ended is known better by now.
    mutating func explained(_ name: String, _ words: String) { counts[name]?.words = words }

    /// The pause after so many ends in a row.
    static func pause(afterEnds ends: Int) -> Duration {
        ends >= parkedEnds ? longestPause : min(longestPause, .seconds(1 << max(0, ends - 2)))
    }

    /// The containers that are left alone now.
    func resting(at now: Timestamp) -> Set<String> { Set(counts.filter { !Self.isOver($0.value, now) }.keys) }

    /// When the next of them is to be started again.
    var nextEnd: Timestamp? { counts.values.compactMap(\.restsUntil).min() }

    /// Whether one of them is to be started again now.
    func isDue(at now: Timestamp) -> Bool { counts.values.contains { $0.restsUntil != nil && Self.isOver($0, now) } }

    /// Those whose pause is over are started again by the caller.
    mutating func beginAgain(at now: Timestamp) {
        for (name, count) in counts where count.restsUntil != nil && Self.isOver(count, now) {
            counts[name]?.restsUntil = nil
        }
    }

    /// Containers were started by us and found healthy: what ended while they were about to be need not rest any more.
    mutating func proved(_ names: Set<String>) {
        for name in names { counts[name]?.restsUntil = nil }
    }

    /// A clock that was set back must not keep anything resting for longer than a pause lasts.
    private static func isOver(_ count: Count, _ now: Timestamp) -> Bool {
        guard let until = count.restsUntil else { return true }
        return now >= until || until.since(now) > longestPause
    }

    /// What people are shown of containers that ended again and again; nil when there are none.
    func problem(at now: Timestamp) -> String? {
        let crashing = counts.filter {
            $0.value.ends >= 2 && ($0.value.startedAt == nil || $0.value.restsUntil != nil)
        }.sorted { $0.key < $1.key }
        guard !crashing.isEmpty else { return nil }
        return crashing.map { name, count in
            let parked = count.ends >= Self.parkedEnds ? ", and is parked" : ""
            let next = count.restsUntil.map { "; it is started again at \($0)" } ?? ""
            return "\(name) ended \(count.ends) times in a row, last with \(count.words)\(parked)\(next)"
        }.joined(separator: "; ")
    }

    /// An end in words: hardly anybody but the kernel's memory killer sends SIGKILL.
    static func words(exitCode: Int?, isOutOfMemory: Bool) -> String {
        guard let exitCode else { return isOutOfMemory ? "out of memory" : "an unknown exit code" }
        if isOutOfMemory { return "exit code \(exitCode) (out of memory)" }
        return exitCode == killedExitCode
            ? "exit code 137 (killed: out of memory, unless somebody did it)" : "exit code \(exitCode)"
    }
}
