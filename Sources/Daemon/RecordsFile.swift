import Lifecycle
package import Model
import SQLite
import Store

/// The records as a file, while no daemon uses it: what `slipway backup` leaves and `slipway restore` takes.
package enum RecordsFile {
    /// What a file holds, in words for whoever made or restores it.
    package struct Summary: Sendable, Hashable {
        /// When it was copied from a daemon that ran; nil where that is not known.
        package let copiedAt: Timestamp?
        /// The projects in it.
        package let projects: [ProjectName]
        /// The version of its schema.
        package let version: Int64

        init(_ file: DatabaseFile) {
            copiedAt = file.copiedAt
            projects = file.projects
            version = file.version
        }
    }

    /// Looks through a whole backup.
    package static func examine(_ path: String) throws(StartFailure) -> Summary {
        do throws(SQLiteError) {
            return Summary(try DatabaseFile.examine(path))
        } catch {
            throw StartFailure(message: error.message, hint: nil, isHeld: false)
        }
    }

    /// Puts a backup in the place of the records of a daemon that does not run.
    ///
    /// Returns what is in place now, and where the records are kept that were there before.
    package static func restore(
        _ file: String, into state: String
    ) throws(StartFailure) -> (summary: Summary, aside: String?) {
        let paths = try StatePaths(state)
        let lock = try HeldLock(paths)
        defer { withExtendedLifetime(lock) {} }
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        do throws(SQLiteError) {
            let restored = try DatabaseFile.restore(file, to: paths.database, now: now)
            return (Summary(restored.file), restored.aside)
        } catch {
            throw StartFailure(message: error.message, hint: nil, isHeld: false)
        }
    }
}
