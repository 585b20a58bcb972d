import Model

/// How what runs is doing, as looks from outside say one after another: pure.
///
/// Owned by the ``EnvironmentWorker``. It decides what is worth telling: each state once, and an application that goes
/// back and forth once for as long as it does. It never stops anything from serving.
struct LiveHealth: Sendable, Hashable {
    /// What one look at one container came to.
    struct Look: Sendable, Hashable {
        /// The container's name.
        var container: String
        /// What is wrong, in words; nil: it answers as it should.
        var problem: String?
        /// How many failures in a row make it unhealthy.
        var retries: Int
    }

    /// Something that people should be told.
    struct Notice: Sendable, Hashable {
        /// A word for scripts.
        var kind: String
        /// A sentence for people.
        var message: String
    }

    /// Healthy, degraded or failing; nil until the first looks are in.
    private(set) var state: EnvironmentStatus.Health?
    /// Since when it is so.
    private(set) var since: Timestamp?
    /// What is wrong, in words; nil while it is healthy.
    private(set) var problem: String?
    /// Since when it goes back and forth; nil: it does not.
    private(set) var flappingSince: Timestamp?

    private var failures: [String: Int] = [:]
    private var problems: [String: String] = [:]
    private var unhealthy: Set<String> = []
    private var turns: [ContinuousClock.Instant] = []

    /// So many changes within the window are a back and forth.
    static let turnLimit = 4
    /// The window, and how long it must be steady until it is told again.
    static let window = Duration.seconds(600)

    /// Takes looks at some of the containers; returns what people should be told, if anything.
    ///
    /// - Parameters:
    ///   - all: the names of all that should serve.
    ///   - now: the wall clock, for people.
    ///   - steady: the monotonic clock, for the window.
    mutating func looked(
        _ looks: [Look], all: Set<String>, at now: Timestamp, steady: ContinuousClock.Instant
    ) -> Notice? {
        guard !all.isEmpty else { return nil }
        count(looks, all: all)
        let failing = unhealthy.sorted()
        let next: EnvironmentStatus.Health =
            failing.isEmpty ? .healthy : failing.count == all.count ? .failing : .degraded
        problem =
            failing.isEmpty ? nil : failing.map { "\($0): \(problems[$0] ?? "no answer")" }.joined(separator: "; ")
        // Healthy at first is what everybody expects.
        if state == nil, next == .healthy {
            (state, since) = (next, now)
            return nil
        }
        guard state != next else { return settled(at: steady) }
        (state, since) = (next, now)
        turns = turns.filter { steady - $0 < Self.window } + [steady]
        if flappingSince != nil { return nil }
        guard turns.count > Self.turnLimit else { return notice }
        flappingSince = now
        return Notice(
            kind: "health.flapping",
            message: "its health goes back and forth: \(turns.count) changes within "
                + "\(Self.window.components.seconds / 60) minutes; it is told again once it is steady")
    }

    /// What is to be told once it has been steady for long enough after a back and forth.
    private mutating func settled(at steady: ContinuousClock.Instant) -> Notice? {
        guard flappingSince != nil, let last = turns.last, steady - last >= Self.window else { return nil }
        flappingSince = nil
        turns = []
        return notice
    }

    private var notice: Notice? {
        guard let state else { return nil }
        let what = state == .healthy ? "it is healthy again" : "it is \(state.rawValue): \(problem ?? "")"
        return Notice(kind: "health.\(state.rawValue)", message: what)
    }

    private mutating func count(_ looks: [Look], all: Set<String>) {
        for gone in Set(problems.keys).subtracting(all) { forget(gone) }
        for look in looks where all.contains(look.container) {
            guard let problem = look.problem else {
                forget(look.container)
                continue
            }
            let count = failures[look.container, default: 0] + 1
            failures[look.container] = count
            problems[look.container] = problem
            if count >= max(1, look.retries) { unhealthy.insert(look.container) }
        }
    }

    private mutating func forget(_ container: String) {
        failures[container] = nil
        problems[container] = nil
        unhealthy.remove(container)
    }

    /// What people are shown: what the containers' states say, and behind that what they answer.
    func shown(
        _ observed: EnvironmentStatus.Health, _ reason: String?
    ) -> (health: EnvironmentStatus.Health, reason: String?) {
        guard observed == .healthy || observed == .degraded, let state, state != .healthy, let since, let problem else {
            return (observed, reason)
        }
        let worse: EnvironmentStatus.Health = observed == .degraded && state == .degraded ? .degraded : state
        let flapping = flappingSince.map { "; back and forth since \($0)" } ?? ""
        return (worse, [reason, "since \(since): \(problem)\(flapping)"].compactMap(\.self).joined(separator: "; "))
    }
}
