import Dispatch
import Synchronization

/// What a scripted engine does to one request instead of serving it as usual.
package enum ScriptedFault: Sendable {
    /// Not done; answered with that status and message.
    case refuse(Int, String)
    /// Not done; the connection is closed without an answer.
    case drop
    /// Not done, and never answered: until the client goes or the engine stops.
    case hang
    /// Not done; 200 with bytes that are no JSON.
    case garbage
    /// Not done; 200 with a body that never ends.
    case endless
    /// Done, but answered with that status and message.
    case lie(Int, String)
    /// Done, but the connection is closed without an answer.
    case loseAnswer
    /// Done, but never answered.
    case hangAfter
    /// Done, but the answer ends after so many bytes, its head included.
    case cut(Int)
    /// Done and answered, that much later.
    case delay(Duration)
    /// Done and answered once the gate is opened.
    case gate(ScriptedGate)
}

/// Holds requests back until a test lets them go on, and tells the test that one has come.
package final class ScriptedGate: Sendable {
    private struct State {
        var arrivals = 0
        var isOpen = false
    }

    private let state = Mutex(State())

    /// A closed gate.
    package init() {}

    /// How many requests have come to it.
    package var arrivals: Int { state.withLock { $0.arrivals } }

    /// Lets what waits, and whatever comes, go on.
    package func open() { state.withLock { $0.isOpen = true } }

    /// Whether it was opened.
    var isOpen: Bool { state.withLock { $0.isOpen } }

    func arrive() { state.withLock { $0.arrivals += 1 } }
}

/// The faults that are still to happen.
final class ScriptedFaults: Sendable {
    private struct Rule {
        let id: Int
        let pattern: [Substring]
        var skips: Int
        var times: Int
        let fault: ScriptedFault
    }

    private struct State {
        var rules: [Rule] = []
        var next = 0
    }

    private let state = Mutex(State())

    func add(_ request: String, after skips: Int, times: Int, _ fault: ScriptedFault) {
        state.withLock { state in
            state.next += 1
            state.rules.append(
                Rule(id: state.next, pattern: Self.parts(request), skips: skips, times: times, fault: fault))
        }
    }

    func clear() { state.withLock { $0.rules = [] } }

    /// How many faults are still to happen.
    var pending: Int { state.withLock { $0.rules.reduce(0) { $0 + $1.times } } }

    /// The fault of a request, if one is due.
    func fault(for method: String, _ path: String) -> ScriptedFault? {
        let parts = Self.parts("\(method) \(path)")
        return state.withLock { state in
            for index in state.rules.indices where Self.matches(parts, state.rules[index].pattern) {
                if state.rules[index].skips > 0 {
                    state.rules[index].skips -= 1
                    continue
                }
                state.rules[index].times -= 1
                let fault = state.rules[index].fault
                if state.rules[index].times == 0 { state.rules.remove(at: index) }
                return fault
            }
            return nil
        }
    }

    private static func parts(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "/" } }

    private static func matches(_ parts: [Substring], _ pattern: [Substring]) -> Bool {
        if pattern == ["*"] { return true }
        return parts.count == pattern.count && zip(parts, pattern).allSatisfy { $1 == "*" || $0 == $1 }
    }
}
