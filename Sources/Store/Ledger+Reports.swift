package import Model
package import SQLite

extension Ledger {
    /// How many statuses are remembered of each project: the newest.
    static let toldLimit: Int64 = 1000

    /// What a project's Git host was told, newest first.
    package func toldStatuses(of project: ProjectName) throws(SQLiteError) -> [ToldStatus] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.toldStatusesQuery, [.text(project.rawValue)]) { (row) throws(SQLiteError) in
                ToldStatus(
                    status: try row.record(CommitStatus.self, 0, of: "a status of project '\(project)'"),
                    mark: row.optionalText(1))
            }
        }
    }

    /// Remembers what a project's Git host was told about a commit and context, in the place of what it was told before.
    ///
    /// Lost with the power, it is told once more, which changes nothing.
    package func remember(told: ToldStatus, of project: ProjectName) throws(SQLiteError) {
        let record = try Coding.text(of: told.status)
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT OR REPLACE INTO told_statuses (project, meant, context, record, mark) VALUES (?, ?, ?, ?, ?)",
                [
                    .text(project.rawValue), .text(told.status.commit.hex), .text(told.status.context), .text(record),
                    .optional(told.mark),
                ])
            if Self.isTrimDue(after: connection.lastInsertedRowID) {
                try connection.run(
                    """
                    DELETE FROM told_statuses WHERE project = ?1 AND number <= (
                        SELECT number FROM told_statuses WHERE project = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
                    """, [.text(project.rawValue), .integer(Self.toldLimit)])
            }
        }
    }

    static let toldStatusesQuery = "SELECT record, mark FROM told_statuses WHERE project = ? ORDER BY number DESC"

    /// What is remembered of a project's pull requests, ordered by number.
    package func pullRequests(of project: ProjectName) throws(SQLiteError) -> [StoredPullRequest] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.pullRequestsQuery, [.text(project.rawValue)]) { (row) throws(SQLiteError) in
                StoredPullRequest(
                    request: try row.record(PullRequest.self, 0, of: "a pull request of project '\(project)'"),
                    comment: row.optionalInteger(1).map(Int.init), told: row.optionalText(2))
            }
        }
    }

    /// Remembers pull requests, new or changed, and forgets others; what was told about them stays.
    package func save(
        pullRequests: [PullRequest], removing: [Int], of project: ProjectName
    ) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            for request in pullRequests {
                try connection.run(
                    """
                    INSERT INTO pull_requests (project, number, record) VALUES (?, ?, ?)
                    ON CONFLICT (project, number) DO UPDATE SET record = excluded.record
                    """,
                    [.text(project.rawValue), .integer(Int64(request.number)), .text(try Coding.text(of: request))])
            }
            for number in removing {
                try connection.run(
                    "DELETE FROM pull_requests WHERE project = ? AND number = ?",
                    [.text(project.rawValue), .integer(Int64(number))])
            }
        }
    }

    /// Remembers which comment is ours on a pull request, and what it says.
    package func remember(
        comment: Int?, told: String, on number: Int, of project: ProjectName
    ) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "UPDATE pull_requests SET comment = ?, told = ? WHERE project = ? AND number = ?",
                [
                    .optional(comment.map(Int64.init)), .text(told), .text(project.rawValue), .integer(Int64(number)),
                ])
        }
    }

    static let pullRequestsQuery = """
        SELECT record, comment, told FROM pull_requests WHERE project = ? ORDER BY number
        """
}
