import SQLite
import Synchronization

/// Deliveries that were handed in and are not on disk yet, in order of arrival.
final class DeliveryIntake: Sendable {
    /// How many may wait; beyond it the sender is told to try again.
    static let limit = 4096

    /// One delivery and what became of it.
    final class Entry: Sendable {
        let delivery: NewDelivery
        private let stored = Mutex<Result<Recording, SQLiteError>?>(nil)

        init(_ delivery: NewDelivery) { self.delivery = delivery }

        /// What became of it; nil while it waits.
        var result: Result<Recording, SQLiteError>? { stored.withLock { $0 } }

        func resolve(_ result: Result<Recording, SQLiteError>) { stored.withLock { $0 = result } }
    }

    private let waiting = Mutex<[Entry]>([])

    /// Appends a delivery; nil when too many wait.
    func add(_ delivery: NewDelivery) -> Entry? {
        waiting.withLock { waiting in
            guard waiting.count < Self.limit else { return nil }
            let entry = Entry(delivery)
            waiting.append(entry)
            return entry
        }
    }

    /// Takes out the oldest ones, at most so many.
    func take(_ count: Int) -> [Entry] {
        waiting.withLock { waiting in
            let taken = Array(waiting.prefix(count))
            waiting.removeFirst(taken.count)
            return taken
        }
    }
}
