import Lifecycle
package import Model
package import SQLite

extension Ledger {
    /// How long settled deliveries are kept at most.
    static let deliveryAge = Duration.seconds(7 * 86_400)
    /// How many settled deliveries are kept at most.
    static let deliveryLimit: Int64 = 10_000
    /// How many deliveries share a transaction at most.
    static let batchLimit = 512

    /// Records a delivery and returns once it is on disk.
    ///
    /// Deliveries that arrive while the disk is busy share the next transaction.
    nonisolated package func record(_ delivery: NewDelivery) async throws(SQLiteError) -> Recording {
        guard let entry = intake.add(delivery) else { throw .overloaded }
        return try await commit(entry)
    }

    /// Commits what waits, in batches, until this entry has its result.
    ///
    /// Runs on the ledger's thread: while it waits for the disk, other callers add their entries, and the next of
    /// them to get the thread commits all of those. A caller whose entry was committed by another returns at once.
    func commit(_ entry: DeliveryIntake.Entry) throws(SQLiteError) -> Recording {
        while true {
            if let result = entry.result { return try result.get() }
            let batch = intake.take(Self.batchLimit)
            do throws(SQLiteError) {
                let recordings = try write { (connection) throws(SQLiteError) in
                    let recordings = try Self.insert(batch.map(\.delivery), connection)
                    try Failpoint.pass("ingest.row.before_commit", SQLiteError.injected)
                    return recordings
                }
                Failpoint.pass("ingest.row.after_commit")
                for (entry, recording) in zip(batch, recordings) { entry.resolve(.success(recording)) }
            } catch {
                for entry in batch { entry.resolve(.failure(error)) }
            }
        }
    }

    private static func insert(
        _ deliveries: [NewDelivery], _ connection: borrowing Connection
    ) throws(SQLiteError) -> [Recording] {
        var recordings: [Recording] = []
        for delivery in deliveries {
            // Not ON CONFLICT: that would use up a sequence number for each duplicate.
            let count = try connection.run(
                """
                INSERT INTO deliveries (project, host, delivery_id, event, received_at, ref, announced)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (
                    SELECT 1 FROM deliveries WHERE project = ?1 AND host = ?2 AND delivery_id = ?3)
                """,
                [
                    .text(delivery.project.rawValue), .text(delivery.host), .text(delivery.deliveryID),
                    .text(delivery.event), .integer(delivery.receivedAt.milliseconds),
                    .optional(delivery.ref?.bytes), .optional(delivery.announced?.hex),
                ])
            guard count > 0 else {
                recordings.append(.duplicate)
                continue
            }
            let sequence = connection.lastInsertedRowID
            recordings.append(.stored(sequence: sequence))
            if isTrimDue(after: sequence) { try trimDeliveries(now: delivery.receivedAt, connection) }
        }
        return recordings
    }

    /// Removes settled deliveries that are too old or too many.
    static func trimDeliveries(now: Timestamp, _ connection: borrowing Connection) throws(SQLiteError) {
        try connection.run(
            """
            DELETE FROM deliveries WHERE outcome IS NOT NULL
            AND (received_at < ? OR sequence <= (SELECT max(sequence) FROM deliveries) - ?)
            """,
            [.integer(now.milliseconds - deliveryAge.wholeMilliseconds), .integer(deliveryLimit)])
    }

    /// Says what came of one delivery.
    package func settle(_ sequence: Int64, outcome: String) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run(
                "UPDATE deliveries SET outcome = ? WHERE sequence = ?", [.text(outcome), .integer(sequence)])
        }
    }

    /// Says what came of every unsettled delivery of a project up to a sequence number.
    package func settle(of project: ProjectName, upTo sequence: Int64, outcome: String) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "UPDATE deliveries SET outcome = ? WHERE outcome IS NULL AND sequence <= ? AND project = ?",
                [.text(outcome), .integer(sequence), .text(project.rawValue)])
        }
    }

    /// The deliveries nothing has come of yet, oldest first.
    package func unsettledDeliveries() throws(SQLiteError) -> [Delivery] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.unsettledDeliveriesQuery, [], Self.delivery)
        }
    }

    /// The newest deliveries, newest first.
    package func deliveries(limit: Int) throws(SQLiteError) -> [Delivery] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT \(Self.deliveryColumns) FROM deliveries ORDER BY sequence DESC LIMIT ?",
                [.integer(Int64(limit))], Self.delivery)
        }
    }

    private static let deliveryColumns =
        "sequence, project, host, delivery_id, event, received_at, ref, announced, outcome"
    static let unsettledDeliveriesQuery =
        "SELECT \(deliveryColumns) FROM deliveries WHERE outcome IS NULL ORDER BY sequence"

    private static func delivery(_ row: borrowing Statement) throws(SQLiteError) -> Delivery {
        let sequence = row.integer(0)
        let what = "delivery \(sequence)"
        return Delivery(
            sequence: sequence, project: try row.required(1, of: what) { ProjectName($0) }, host: row.text(2),
            deliveryID: row.text(3), event: row.text(4), receivedAt: row.moment(5),
            ref: row.optionalBytes(6).map { RefName(bytes: $0) },
            announced: try row.optional(7, of: what) { ObjectID($0) }, outcome: row.optionalText(8))
    }
}
