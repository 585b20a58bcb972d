package import Model
package import SQLite

/// A deployment that has come to an end, and of which nobody has been told yet.
package struct EndedDeployment: Sendable, Hashable {
    /// Its place in the order of ends.
    package let sequence: Int64
    /// How it ended.
    package let outcome: Notice.Outcome
    /// The deployment as it is now.
    package let deployment: Deployment

    /// An end as given.
    package init(sequence: Int64, outcome: Notice.Outcome, deployment: Deployment) {
        self.sequence = sequence
        self.outcome = outcome
        self.deployment = deployment
    }
}

extension Ledger {
    /// How many notices are remembered: the newest.
    static let noticeLimit: Int64 = 2000
    /// How many ends of deployments are taken at a time.
    package static let endedLimit = 200

    /// The deployments that ended and of which nobody has been told, in the order they ended.
    ///
    /// A trigger notes each end in the transaction that records it, so that none is missed whatever happens next.
    package func endedDeployments() throws(SQLiteError) -> [EndedDeployment] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.endedDeploymentsQuery, []) { (row) throws(SQLiteError) in
                let sequence = row.integer(0)
                return EndedDeployment(
                    sequence: sequence,
                    outcome: try row.required(1, of: "end \(sequence)") { Notice.Outcome(rawValue: $0) },
                    deployment: try row.record(Deployment.self, 2, of: "the deployment of end \(sequence)"))
            }
        }
    }

    static let endedDeploymentsQuery = """
        SELECT ends.sequence, ends.outcome, deployments.record FROM ends
        JOIN deployments ON deployments.number = ends.deployment ORDER BY ends.sequence LIMIT \(endedLimit)
        """

    /// Remembers notices of ends up to a sequence number, which are then done with; one whose id is known is left out.
    package func save(notices: [Notice], ofEndsUpTo sequence: Int64) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            for notice in notices {
                try connection.run(
                    """
                    INSERT INTO notices (id, subscriber, is_pending, record) SELECT ?1, ?2, ?3, ?4
                    WHERE NOT EXISTS (SELECT 1 FROM notices WHERE id = ?1)
                    """,
                    [
                        .text(notice.id), .text(notice.subscriber), .flag(notice.state == .pending),
                        .text(try Coding.text(of: notice)),
                    ])
            }
            try connection.run("DELETE FROM ends WHERE sequence <= ?", [.integer(sequence)])
            try connection.run(
                """
                DELETE FROM notices WHERE is_pending = 0 AND number <= (
                    SELECT number FROM notices ORDER BY number DESC LIMIT 1 OFFSET ?)
                """, [.integer(Self.noticeLimit)])
        }
    }

    /// The notices that are still to be sent, oldest first.
    package func pendingNotices() throws(SQLiteError) -> [Notice] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.pendingNoticesQuery, [], Self.notice)
        }
    }

    static let pendingNoticesQuery = "SELECT number, record FROM notices WHERE is_pending = 1 ORDER BY number"

    /// The newest notices, newest first.
    package func notices(limit: Int) throws(SQLiteError) -> [Notice] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT number, record FROM notices ORDER BY number DESC LIMIT ?", [.integer(Int64(limit))],
                Self.notice)
        }
    }

    /// The notice of that number, if it is remembered.
    package func notice(_ number: Int64) throws(SQLiteError) -> Notice? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(
                "SELECT number, record FROM notices WHERE number = ?", [.integer(number)], Self.notice)
        }
    }

    /// Remembers what has become of a notice.
    ///
    /// Lost with the power, it is sent once more, under the same id.
    package func save(_ notice: Notice) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "UPDATE notices SET is_pending = ?, record = ? WHERE number = ?",
                [
                    .flag(notice.state == .pending), .text(try Coding.text(of: notice)), .integer(notice.number),
                ])
        }
    }

    private static func notice(_ row: borrowing Statement) throws(SQLiteError) -> Notice {
        let number = row.integer(0)
        var notice = try row.record(Notice.self, 1, of: "notice \(number)")
        notice.number = number
        return notice
    }
}
