import Model
import SQLite
import Store

/// Whether the records can be used: pure words for what a look at them says.
enum RecordsCheck {
    /// What is wrong with the records; nil when they can be read and written, and are still this daemon's.
    static func problem(of parts: DaemonParts) async -> String? {
        do throws(SQLiteError) {
            try await parts.ledger.prove()
            return nil
        } catch {
            if error.isStaleLedger { parts.fence.trip() }
            return DaemonFailures.records(error).message
        }
    }
}
