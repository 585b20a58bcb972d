package import Model
package import SQLite

extension Ledger {
    /// What a project's Git host was told of deployments, newest first.
    package func toldDeployments(of project: ProjectName) throws(SQLiteError) -> [ToldDeployment] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.toldDeploymentsQuery, [.text(project.rawValue)]) { (row) throws(SQLiteError) in
                ToldDeployment(
                    deployment: try row.record(HostDeployment.self, 0, of: "a deployment of project '\(project)'"),
                    id: Int(row.integer(1)))
            }
        }
    }

    /// Remembers what a project's Git host was told of a commit in an environment, in the place of what it was told
    /// before.
    ///
    /// Lost with the power, it is found at the host again.
    package func remember(told: ToldDeployment, of project: ProjectName) throws(SQLiteError) {
        let record = try Coding.text(of: told.deployment)
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                """
                INSERT OR REPLACE INTO told_deployments (project, environment, meant, record, id)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    .text(project.rawValue), .text(told.deployment.environment.name.rawValue),
                    .text(told.deployment.commit.hex), .text(record), .integer(Int64(told.id)),
                ])
            if Self.isTrimDue(after: connection.lastInsertedRowID) {
                try connection.run(
                    """
                    DELETE FROM told_deployments WHERE project = ?1 AND number <= (
                        SELECT number FROM told_deployments WHERE project = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
                    """, [.text(project.rawValue), .integer(Self.toldLimit)])
            }
        }
    }

    static let toldDeploymentsQuery =
        "SELECT record, id FROM told_deployments WHERE project = ? ORDER BY number DESC"
}
