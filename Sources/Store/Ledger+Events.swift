package import Model
package import SQLite

extension Ledger {
    /// How many events are kept of each project, and of the daemon itself.
    static let eventLimit: Int64 = 10_000

    /// Records events.
    package func append(_ events: [NewEvent]) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in try Self.insert(events, connection) }
    }

    /// Events after a sequence number, oldest first; without one the newest, oldest first.
    ///
    /// - Parameter project: nil for all of them.
    package func events(project: ProjectName?, after: Int64?, limit: Int) throws(SQLiteError) -> [DaemonEvent] {
        var values: [Value] = []
        if let project { values.append(.text(project.rawValue)) }
        values += [.integer(after ?? 0), .integer(Int64(limit))]
        let sql = Self.eventsQuery(ofProject: project != nil, isNewestFirst: after == nil)
        let found = try read { (connection) throws(SQLiteError) in
            try connection.rows(sql, values, Self.event)
        }
        return after == nil ? found.reversed() : found
    }

    /// Records events as part of a larger transaction.
    static func insert(_ events: [NewEvent], _ connection: borrowing Connection) throws(SQLiteError) {
        for event in events {
            try connection.run(
                "INSERT INTO events (at, project, environment, kind, message) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(event.at.milliseconds), .optional(event.project?.rawValue),
                    .optional(event.environment?.rawValue), .text(event.kind), .text(event.message),
                ])
            if isTrimDue(after: connection.lastInsertedRowID) { try trimEvents(connection) }
        }
    }

    /// Removes what is beyond the limit, project by project.
    static func trimEvents(_ connection: borrowing Connection) throws(SQLiteError) {
        let owners = try connection.rows(eventOwnersQuery) { $0.optionalText(0) }
        for owner in owners {
            try connection.run(
                """
                DELETE FROM events WHERE sequence IN (
                    SELECT sequence FROM events WHERE project IS ?1
                    ORDER BY sequence DESC LIMIT \(trimLimit) OFFSET ?2)
                """, [.optional(owner), .integer(eventLimit)])
        }
    }

    // Every project and NULL, by one index search each; DISTINCT would read the whole index.
    static let eventOwnersQuery = """
        WITH RECURSIVE owners (project) AS (
            SELECT (SELECT min(project) FROM events)
            UNION ALL
            SELECT (SELECT min(events.project) FROM events WHERE events.project > owners.project)
            FROM owners WHERE owners.project IS NOT NULL)
        SELECT project FROM owners
        """

    static func eventsQuery(ofProject: Bool, isNewestFirst: Bool) -> String {
        """
        SELECT sequence, at, project, environment, kind, message FROM events
        WHERE \(ofProject ? "project = ? AND " : "")sequence > ?
        ORDER BY sequence \(isNewestFirst ? "DESC" : "ASC") LIMIT ?
        """
    }

    private static func event(_ row: borrowing Statement) throws(SQLiteError) -> DaemonEvent {
        let sequence = row.integer(0)
        let what = "event \(sequence)"
        return DaemonEvent(
            sequence: sequence, at: row.moment(1), project: try row.optional(2, of: what) { ProjectName($0) },
            environment: try row.optional(3, of: what) { EnvironmentName($0) }, kind: row.text(4),
            message: row.text(5))
    }
}
