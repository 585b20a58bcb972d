package import Model
package import SQLite

extension Ledger {
    /// The projects, ordered by name.
    package func projects() throws(SQLiteError) -> [StoredProject] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows("SELECT name, record FROM projects ORDER BY name") { (row) throws(SQLiteError) in
                try row.record(StoredProject.self, 1, of: "project '\(row.text(0))'")
            }
        }
    }

    /// Remembers a project, new or changed.
    package func save(_ project: StoredProject) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in try Self.upsert(project, connection) }
    }

    /// Forgets a project and its refs; its environments and its history stay.
    package func delete(project: ProjectName) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run("DELETE FROM projects WHERE name = ?", [.text(project.rawValue)])
            // Added anew, it obeys nothing that was written meanwhile.
            for table in ["comment_reads", "comment_commands"] {
                try connection.run("DELETE FROM \(table) WHERE project = ?", [.text(project.rawValue)])
            }
        }
    }

    /// Remembers a project as part of a larger transaction.
    static func upsert(_ project: StoredProject, _ connection: borrowing Connection) throws(SQLiteError) {
        try connection.run(
            "INSERT INTO projects (name, record) VALUES (?, ?) ON CONFLICT DO UPDATE SET record = excluded.record",
            [.text(project.name.rawValue), .text(try Coding.text(of: project))])
    }
}
