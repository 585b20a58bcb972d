import Config
import ContainerEngine
import Model
import SQLite
import Store

/// Failures of the daemon's own parts, in the user's terms.
enum DaemonFailures {
    /// The records cannot be read or written (sqlite3's result codes, https://www.sqlite.org/rescode.html).
    static func records(_ error: any Error) -> StageFailure {
        if let error = error as? SQLiteError, error.isDiskFull {
            return StageFailure(
                reason: .diskFull, verdict: .retry(after: .seconds(10)),
                message: "the records cannot be written: the disk is full",
                hint: "free space below the state directory; work goes on by itself")
        }
        return StageFailure(
            reason: .other, verdict: .retry(after: nil), message: "the records cannot be read or written: \(error)",
            hint: "look at the disk and the permissions of the state directory")
    }

    /// A commit's manifest has mistakes; every one of them is shown.
    static func manifest(_ error: ConfigError, commit: ObjectID) -> StageFailure {
        let count = error.problems.count
        let first = error.problems.first.map { "\($0)" } ?? "it cannot be read"
        return StageFailure(
            reason: .manifestInvalid, verdict: .stall,
            message: "\(Manifest.fileName) at \(commit.short) has \(count) mistake\(count == 1 ? "" : "s"): \(first)",
            hint: "mend it and push again; 'slipway validate' shows the same in a clone",
            output: error.problems.dropFirst().map { "\($0)" })
    }

    /// The engine did not answer a question about an image.
    static func engine(_ error: EngineError) -> StageFailure {
        StageFailure(
            reason: error.isUnavailable ? .engineUnavailable : .engineRefused, verdict: .retry(after: nil),
            message: "the engine does not say whether an image exists: \(error.message)",
            hint: error.isUnavailable ? "start the engine; work goes on by itself" : nil)
    }
}
