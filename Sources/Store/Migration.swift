import Lifecycle
import SQLite

/// One step from a schema version to the next.
struct Migration: Sendable {
    /// The version it leads to.
    let version: Int64
    /// The statements that lead there.
    let script: String
}

/// The schema as the list of steps that make it, from nothing. Released steps are never changed.
///
/// What is stored as JSON is part of the schema: a change in how a stored Model type is coded needs a step.
struct Schema: Sendable {
    /// The steps, in order, from version 1 on.
    let migrations: [Migration]

    /// "Slip" in ASCII, so that a foreign file is not taken for ours.
    static let applicationID: Int64 = 0x536c_6970

    /// The version this program works with.
    var version: Int64 { migrations.last?.version ?? 0 }

    /// Brings the database from a version to the newest, each step in a transaction of its own.
    func migrate(_ connection: borrowing Connection, from found: Int64) throws(SQLiteError) {
        // Foreign keys are checked after each step instead of during it, so that a step may rebuild
        // a table (https://www.sqlite.org/lang_altertable.html, 7). The switch does nothing inside a transaction.
        try connection.run("PRAGMA foreign_keys = OFF")
        for migration in migrations where migration.version > found {
            try connection.transaction { (connection) throws(SQLiteError) in
                try connection.script(migration.script)
                try Failpoint.pass("store.migrate.stmt", SQLiteError.injected)
                let orphan = try connection.first("PRAGMA foreign_key_check") { $0.text(0) }
                if let orphan {
                    throw SQLiteError(
                        code: .constraint, call: "PRAGMA foreign_key_check",
                        message: "migration to version \(migration.version) leaves orphans in table \(orphan)")
                }
                try connection.script("PRAGMA user_version = \(migration.version)")
            }
        }
        try connection.run("PRAGMA foreign_keys = ON")
    }
}
