package import Model
package import SQLite

extension Ledger {
    /// What is remembered of a project's environments, ordered by name.
    package func environments(of project: ProjectName) throws(SQLiteError) -> [EnvironmentRecord] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.environmentsQuery, [.text(project.rawValue)]) { (row) throws(SQLiteError) in
                try row.record(EnvironmentRecord.self, 1, of: "environment '\(project)/\(row.text(0))'")
            }
        }
    }

    /// Remembers an environment, new or changed, and what happened to it.
    package func save(_ environment: EnvironmentRecord, events: [NewEvent] = []) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try Self.upsert(environment, connection)
            try Self.insert(events, connection)
        }
    }

    /// Forgets an environment; its deployments stay as history, and none of them as live.
    package func delete(environment: EnvironmentID, events: [NewEvent] = []) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try Self.endLive(in: environment, but: nil, at: events.first?.at, connection)
            try connection.run(
                "DELETE FROM environments WHERE project = ? AND name = ?",
                [.text(environment.project.rawValue), .text(environment.name.rawValue)])
            try Self.insert(events, connection)
        }
    }

    /// Remembers an environment as part of a larger transaction.
    static func upsert(_ environment: EnvironmentRecord, _ connection: borrowing Connection) throws(SQLiteError) {
        try connection.run(
            """
            INSERT INTO environments (project, name, record) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET record = excluded.record
            """,
            [
                .text(environment.id.project.rawValue), .text(environment.id.name.rawValue),
                .text(try Coding.text(of: environment)),
            ])
        if let live = environment.live, live.deployment != 0 {
            try noteLive(live, in: environment.id, connection)
        }
    }

    static let environmentsQuery = "SELECT name, record FROM environments WHERE project = ? ORDER BY name"
}
