import SQLite
import Synchronization

/// What a ledger that broke down told whom it may concern.
final class Told: Sendable {
    private let told = Mutex<[SQLiteError]>([])
    var errors: [SQLiteError] { told.withLock { $0 } }
    func note(_ error: SQLiteError) { told.withLock { $0.append(error) } }
}
