package import Model
package import SQLite

// After a database was put in another's place, what it remembers may be older than what runs. Each project then waits
// for a person: nothing of it is deleted and nothing of it promoted before.
extension Ledger {
    /// Notes that these projects wait for a person, and that everybody who must know of the restoration does.
    package func doubt(_ projects: [ProjectName], because restoration: Restoration) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            for project in projects {
                try connection.run(
                    "INSERT OR REPLACE INTO unconfirmed_projects (project, since, reason) VALUES (?, ?, ?)",
                    [.text(project.rawValue), .integer(restoration.at.milliseconds), .text(restoration.how)])
            }
            try connection.run("UPDATE meta SET restored_at = NULL, restored_how = NULL")
        }
    }

    /// The projects that wait for a person, and why.
    package func doubts() throws(SQLiteError) -> [ProjectName: Restoration] {
        let rows = try read { (connection) throws(SQLiteError) in
            try connection.rows("SELECT project, since, reason FROM unconfirmed_projects") {
                (row) throws(SQLiteError) in
                (
                    try row.required(0, of: "a project that waits to be confirmed") { ProjectName($0) },
                    Restoration(at: row.moment(1), how: row.text(2))
                )
            }
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Notes that a person has looked: the project follows Git again.
    package func confirm(_ project: ProjectName, events: [NewEvent]) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run("DELETE FROM unconfirmed_projects WHERE project = ?", [.text(project.rawValue)])
            try Self.insert(events, connection)
        }
    }
}
