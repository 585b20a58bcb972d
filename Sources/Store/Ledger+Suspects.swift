package import Model
package import SQLite

extension Ledger {
    /// Records that the daemon crashed in work on an object, and what is known of it since.
    ///
    /// The third time sets it aside.
    package func blame(_ object: WorkObject, cause: String, at now: Timestamp) throws(SQLiteError) -> Suspect {
        try write { (connection) throws(SQLiteError) in
            try connection.run(
                """
                INSERT INTO suspects (object, crashes, last_at, cause) VALUES (?1, 1, ?2, ?3)
                ON CONFLICT (object) DO UPDATE SET crashes = crashes + 1, last_at = ?2, cause = ?3
                """, [.text("\(object)"), .integer(now.milliseconds), .text(cause)])
            try connection.run(
                "UPDATE suspects SET is_set_aside = 1 WHERE object = ? AND crashes >= ?",
                [.text("\(object)"), .integer(Int64(Suspect.limit))])
            let suspect = try connection.first(
                "\(Self.suspectsQuery) WHERE object = ?", [.text("\(object)")], Self.suspect)
            guard let suspect else { throw .unreadable("table suspects", "what was just written is not there") }
            let message =
                suspect.isSetAside
                ? suspect.sentence : "the daemon crashed in work on \(object), by \(cause); it is tried again"
            let kind = suspect.isSetAside ? "quarantine.added" : "daemon.crashed"
            try Self.insert([Self.event(object, kind, message, now)], connection)
            return suspect
        }
    }

    /// What the daemon has crashed over, ordered by name.
    package func suspects() throws(SQLiteError) -> [Suspect] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows("\(Self.suspectsQuery) ORDER BY object", [], Self.suspect)
        }
    }

    /// Forgets that an object is suspect; false: it was not.
    package func release(_ object: WorkObject, at now: Timestamp) throws(SQLiteError) -> Bool {
        try write { (connection) throws(SQLiteError) in
            let count = try connection.run("DELETE FROM suspects WHERE object = ?", [.text("\(object)")])
            guard count > 0 else { return false }
            let message = "a person released \(object); it is worked on again"
            try Self.insert([Self.event(object, "quarantine.released", message, now)], connection)
            return true
        }
    }

    /// Forgets the crashes of what is not set aside: the daemon has worked long enough without another one.
    package func forgiveSuspects() throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run("DELETE FROM suspects WHERE is_set_aside = 0")
        }
    }

    private static let suspectsQuery = "SELECT object, crashes, last_at, cause, is_set_aside FROM suspects"

    private static func suspect(_ row: borrowing Statement) throws(SQLiteError) -> Suspect {
        Suspect(
            object: row.text(0), crashes: Int(row.integer(1)), lastAt: row.moment(2), cause: row.text(3),
            isSetAside: row.flag(4))
    }

    private static func event(_ object: WorkObject, _ kind: String, _ message: String, _ now: Timestamp) -> NewEvent {
        NewEvent(
            at: now, project: object.project, environment: object.environment, kind: kind, message: message)
    }
}
