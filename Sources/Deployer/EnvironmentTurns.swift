import Model
import Synchronization

/// Keeps a sweep of what was replaced from taking away what a later pass over the same environment uses.
///
/// A pass never waits for a sweep, which may take as long as a container takes to stop: it uses nothing that is
/// being retired, and a sweep retires nothing more once a pass has begun after it.
final class EnvironmentTurns: Sendable {
    private struct State {
        var turns: [EnvironmentID: Int] = [:]
        var retiring: Set<String> = []
    }

    private let state = Mutex(State())

    /// A pass begins: sweeps that are under way retire nothing more.
    func begin(_ id: EnvironmentID) { state.withLock { $0.turns[id, default: 0] += 1 } }

    /// What a sweep has to hold on to, to see whether it is still its turn.
    func turn(of id: EnvironmentID) -> Int { state.withLock { $0.turns[id] ?? 0 } }

    /// Whether a sweep of that turn may retire the container; from now on no pass uses it.
    func mayRetire(_ container: String, of id: EnvironmentID, turn: Int) -> Bool {
        state.withLock { state in
            guard state.turns[id] ?? 0 == turn else { return false }
            state.retiring.insert(container)
            return true
        }
    }

    /// The container is gone, or could not be removed.
    func retired(_ container: String) { state.withLock { _ = $0.retiring.remove(container) } }

    /// The containers that are being retired at this moment.
    var leaving: Set<String> { state.withLock { $0.retiring } }

    /// What a pass may use: a container that is being retired stands for no replica, but keeps its name.
    ///
    /// - Parameter before: those that were being retired when it began to look.
    func usable(_ observed: ObservedEnvironment, without before: Set<String>) -> ObservedEnvironment {
        let retiring = leaving.union(before)
        guard !retiring.isEmpty else { return observed }
        var result = observed
        for index in result.containers.indices where retiring.contains(result.containers[index].id) {
            result.containers[index].labels.replica = nil
        }
        return result
    }
}
