/// Which builds are under way, who waits for each and which may use the engine: decides, does nothing itself.
///
/// A build begins for the first caller that names its key and serves all who name it while it lasts. It is
/// cancelled when the last of them has left. Whoever names a key whose build is being cancelled waits for the
/// next one. At most `limit` builds use the engine at once, in the order in which they were asked for.
struct BuildFlights<Key: Hashable & Sendable, Caller: Hashable & Sendable>: Sendable {
    /// What is to be done.
    enum Action: Hashable {
        /// Begin the build of a key, for the first of its callers.
        case begin(Key, for: Caller)
        /// Let the build of a key use the engine.
        case admit(Key)
        /// Cancel the build of a key.
        case cancel(Key)
    }

    private enum Phase {
        /// It looks whether there is anything to build.
        case preparing
        /// It waits for the engine.
        case queued
        /// It uses the engine.
        case admitted
    }

    private struct Flight {
        let number: Int
        var phase = Phase.preparing
        var isCancelled = false
        /// Those who get what comes of it.
        var callers: [Caller]
        /// Those who came when it was cancelled already.
        var successors: [Caller] = []
    }

    private let limit: Int
    private var flights: [Key: Flight] = [:]
    private var keys: [Caller: Key] = [:]
    private var nextNumber = 0

    /// No builds; at most `limit` use the engine at once.
    init(limit: Int) {
        precondition(limit > 0, "no build could ever use the engine")
        self.limit = limit
    }

    /// A caller asked for a key.
    mutating func joined(_ caller: Caller, _ key: Key) -> [Action] {
        precondition(keys[caller] == nil, "a caller waits for one build")
        keys[caller] = key
        guard var flight = flights[key] else { return begin([caller], key) }
        if flight.isCancelled { flight.successors.append(caller) } else { flight.callers.append(caller) }
        flights[key] = flight
        return []
    }

    /// A caller does not want its image any more.
    mutating func left(_ caller: Caller) -> [Action] {
        guard let key = keys.removeValue(forKey: caller), var flight = flights[key] else { return [] }
        flight.callers.removeAll { $0 == caller }
        flight.successors.removeAll { $0 == caller }
        let isAbandoned = flight.callers.isEmpty && !flight.isCancelled
        if isAbandoned { flight.isCancelled = true }
        flights[key] = flight
        return isAbandoned ? [.cancel(key)] : []
    }

    /// A build turned out to need the engine.
    mutating func needsEngine(_ key: Key) -> [Action] {
        flights[key]?.phase = .queued
        return admissions()
    }

    /// A build has come to its end, good or bad, cancelled or not. Returns those who get what came of it.
    mutating func ended(_ key: Key) -> (callers: [Caller], actions: [Action]) {
        guard let flight = flights.removeValue(forKey: key) else { return ([], []) }
        for caller in flight.callers { keys[caller] = nil }
        let successor = flight.successors.isEmpty ? [] : begin(flight.successors, key)
        return (flight.callers, successor + admissions())
    }

    /// Whether nothing is under way.
    var isEmpty: Bool { flights.isEmpty }

    private mutating func begin(_ callers: [Caller], _ key: Key) -> [Action] {
        flights[key] = Flight(number: nextNumber, callers: callers)
        nextNumber += 1
        return [.begin(key, for: callers[0])]
    }

    private mutating func admissions() -> [Action] {
        var free = limit - flights.values.count { $0.phase == .admitted }
        let queue = flights.filter { $0.value.phase == .queued && !$0.value.isCancelled }
        var actions: [Action] = []
        for (key, _) in queue.sorted(by: { $0.value.number < $1.value.number }) where free > 0 {
            flights[key]?.phase = .admitted
            actions.append(.admit(key))
            free -= 1
        }
        return actions
    }
}
