import SQLite
import Synchronization

/// Deliveries that were handed in and are not on disk yet, in order of arrival.
final class DeliveryIntake: Sendable {
    /// How many may wait; beyond it the sender is told to try again.
    static let limit = 4096

    /// Called once, with what became of a delivery.
    typealias Completion = @Sendable (Result<Recording, SQLiteError>) -> Void

    /// One delivery and who waits for it.
    struct Entry: Sendable {
        let delivery: NewDelivery
        let completion: Completion
    }

    /// What becomes of a delivery that is handed in.
    enum Place {
        /// It waits, and nobody comes for it yet.
        case first
        /// It waits, and will be taken with others.
        case later
        /// Too many wait.
        case none
    }

    private struct State {
        var waiting: [Entry] = []
        var isServed = false
    }

    private let state = Mutex(State())

    /// Appends a delivery. Whoever's is ``Place/first`` must see to it that ``take(_:)`` is called.
    func add(_ delivery: NewDelivery, _ completion: @escaping Completion) -> Place {
        state.withLock { state in
            guard state.waiting.count < Self.limit else { return .none }
            state.waiting.append(Entry(delivery: delivery, completion: completion))
            defer { state.isServed = true }
            return state.isServed ? .later : .first
        }
    }

    /// Takes out the oldest ones, at most so many. With none left, the next delivery is ``Place/first`` again.
    func take(_ count: Int) -> [Entry] {
        state.withLock { state in
            guard state.waiting.count > count else {
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isServed = false }
                return state.waiting
            }
            let taken = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return taken
        }
    }
}
