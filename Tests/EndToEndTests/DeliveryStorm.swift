import Dispatch
import HTTPClient
import Synchronization

/// Signed pushes over several connections at once, as fast as they are answered, until the daemon is gone.
final class DeliveryStorm: Sendable {
    private struct State {
        var acknowledged: [String] = []
        var refused: [Int] = []
        var isEnding = false
    }

    private let state = Mutex(State())
    private let threads = DispatchGroup()

    /// Begins at once.
    ///
    /// - Parameter request: the delivery with that id.
    init(connections: Int, _ request: @escaping @Sendable (String) -> HTTPRequest) {
        for number in 0..<connections {
            let queue = DispatchQueue(label: "delivery storm \(number)")
            queue.async(group: threads) { self.run("storm-\(number)", request) }
        }
    }

    private func run(_ name: String, _ request: @Sendable (String) -> HTTPRequest) {
        guard var session = try? HTTPSession() else { return }
        var count = 0
        while !state.withLock({ $0.isEnding }) {
            count += 1
            let id = "\(name)-\(count)"
            // No answer: the daemon is gone, and promised nothing.
            guard let status = try? session.perform(request(id)).status else { return }
            state.withLock { state in
                if status == 202 { state.acknowledged.append(id) } else { state.refused.append(status) }
            }
        }
    }

    /// How many were acknowledged so far.
    var count: Int { state.withLock { $0.acknowledged.count } }

    /// Ends it; what was acknowledged, and what else was answered.
    func end() -> (acknowledged: [String], refused: [Int]) {
        state.withLock { $0.isEnding = true }
        threads.wait()
        return state.withLock { ($0.acknowledged, $0.refused) }
    }
}
