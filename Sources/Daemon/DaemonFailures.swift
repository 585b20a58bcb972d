import Model
import SQLite
import Store

/// Failures of the daemon's own parts, in the user's terms.
enum DaemonFailures {
    /// The records cannot be read or written (sqlite3's result codes, https://www.sqlite.org/rescode.html).
    static func records(_ error: SQLiteError) -> StageFailure {
        if error.isDiskFull {
            return StageFailure(
                reason: .diskFull, verdict: .retry(after: .seconds(10)),
                message: "the records cannot be written: the disk is full",
                hint: "free space below the state directory; work goes on by itself")
        }
        return StageFailure(
            reason: .other, verdict: .retry(after: nil), message: "the records cannot be read or written: \(error)",
            hint: "look at the disk and the permissions of the state directory")
    }
}
