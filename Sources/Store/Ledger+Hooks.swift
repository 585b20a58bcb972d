package import Model
package import SQLite

extension Ledger {
    /// When the last authentic delivery of a project came; nil when none is remembered.
    package func lastDelivery(of project: ProjectName) throws(SQLiteError) -> Timestamp? {
        try read { (connection) throws(SQLiteError) in
            // Most projects have many, or none: the unique index finds out which without reading a row.
            guard try connection.first(Self.anyDeliveryQuery, [.text(project.rawValue)], { _ in true }) ?? false
            else { return nil }
            return try connection.first(Self.lastDeliveryQuery, [.text(project.rawValue)]) { $0.moment(0) }
        }
    }

    static let anyDeliveryQuery = "SELECT 1 FROM deliveries WHERE project = ? LIMIT 1"
    static let lastDeliveryQuery =
        "SELECT received_at FROM deliveries NOT INDEXED WHERE project = ? ORDER BY sequence DESC LIMIT 1"

    /// Since when a project's Git has moved without a delivery; nil: it has not.
    package func silence(of project: ProjectName) throws(SQLiteError) -> Timestamp? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(Self.silenceQuery, [.text(project.rawValue)]) { $0.moment(0) }
        }
    }

    static let silenceQuery = "SELECT since FROM silences WHERE project = ?"

    /// Remembers since when a project's Git has moved without a delivery.
    package func save(silence since: Timestamp?, of project: ProjectName) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            guard let since else {
                _ = try connection.run("DELETE FROM silences WHERE project = ?", [.text(project.rawValue)])
                return
            }
            try connection.run(
                "INSERT OR REPLACE INTO silences (project, since) VALUES (?, ?)",
                [.text(project.rawValue), .integer(since.milliseconds)])
        }
    }
}
