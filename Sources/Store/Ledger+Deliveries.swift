import Lifecycle
package import Model
package import SQLite

extension Ledger {
    /// How long settled deliveries, and with them their ids, are kept at most.
    static let deliveryAge = Duration.seconds(90 * 86_400)
    /// How many settled deliveries are kept at most: some 100 MB.
    static let deliveryLimit: Int64 = 500_000
    /// How many deliveries share a transaction at most.
    static let batchLimit = 512
    /// How many rows one transaction settles or removes at most, so that deliveries do not wait for long.
    static let sweepLimit: Int64 = 512

    /// Records a delivery and returns once it is on disk.
    nonisolated package func record(_ delivery: NewDelivery) async throws(SQLiteError) -> Recording {
        let result = await withCheckedContinuation { continuation in
            record(delivery) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    /// Records a delivery and calls back, on the ledger's thread, once it is on disk.
    ///
    /// Deliveries that arrive while the disk is busy share the next transaction. Must be called back quickly.
    nonisolated package func record(
        _ delivery: NewDelivery, then done: @escaping @Sendable (Result<Recording, SQLiteError>) -> Void
    ) {
        switch intake.add(delivery, done) {
        case .none: done(.failure(.overloaded))
        case .later: break
        case .first: commitSoon()
        }
    }

    /// Commits what waits when the ledger's thread comes to it: whatever else was asked meanwhile has its turn first.
    private nonisolated func commitSoon() {
        executor.run { [self] in assumeIsolated { ledger in ledger.commitWaiting() } }
    }

    /// Commits one batch of what waits, and comes back until nothing does.
    func commitWaiting() {
        let batch = intake.take(Self.batchLimit)
        guard !batch.isEmpty else { return }
        do throws(SQLiteError) {
            let recordings = try write { (connection) throws(SQLiteError) in
                let recordings = try Self.insert(batch.map(\.delivery), connection)
                try Failpoint.pass("ingest.row.before_commit", SQLiteError.injected)
                return recordings
            }
            Failpoint.pass("ingest.row.after_commit")
            for (entry, recording) in zip(batch, recordings) { entry.completion(.success(recording)) }
        } catch {
            for entry in batch { entry.completion(.failure(error)) }
        }
        commitSoon()
    }

    private static func insert(
        _ deliveries: [NewDelivery], _ connection: borrowing Connection
    ) throws(SQLiteError) -> [Recording] {
        var recordings: [Recording] = []
        for delivery in deliveries {
            // Not ON CONFLICT: that would use up a sequence number for each duplicate.
            let count = try connection.run(
                """
                INSERT INTO deliveries (project, host, delivery_id, event, received_at, ref, announced, before)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (
                    SELECT 1 FROM deliveries WHERE project = ?1 AND host = ?2 AND delivery_id = ?3)
                """,
                [
                    .text(delivery.project.rawValue), .text(delivery.host), .text(delivery.deliveryID),
                    .text(delivery.event), .integer(delivery.receivedAt.milliseconds),
                    .optional(delivery.ref?.bytes), .optional(delivery.announced?.hex),
                    .optional(delivery.before?.hex),
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

    /// Removes settled deliveries that are too old or too many, a bounded number of the oldest at a time.
    static func trimDeliveries(now: Timestamp, _ connection: borrowing Connection) throws(SQLiteError) {
        try connection.run(
            """
            DELETE FROM deliveries WHERE sequence IN (SELECT sequence FROM deliveries ORDER BY sequence LIMIT ?1)
            AND outcome IS NOT NULL
            AND (received_at < ?2 OR sequence <= (SELECT max(sequence) FROM deliveries) - ?3)
            """,
            [
                .integer(4 * trimInterval), .integer(now.milliseconds - deliveryAge.wholeMilliseconds),
                .integer(deliveryLimit),
            ])
    }

    /// Says what came of one delivery.
    package func settle(_ sequence: Int64, outcome: String) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run(
                "UPDATE deliveries SET outcome = ? WHERE sequence = ?", [.text(outcome), .integer(sequence)])
        }
    }

    /// Says what came of every unsettled delivery of a project up to a sequence number, but for some.
    ///
    /// In several transactions where there are many, so that new deliveries need not wait for all of them.
    nonisolated package func settle(
        of project: ProjectName, upTo sequence: Int64, except open: [Int64] = [], outcome: String
    ) async throws(SQLiteError) {
        while try await settleSome(of: project, upTo: sequence, except: open, outcome: outcome) {}
    }

    /// Settles a bounded number of deliveries; true when there may be more.
    private func settleSome(
        of project: ProjectName, upTo sequence: Int64, except open: [Int64], outcome: String
    ) throws(SQLiteError) -> Bool {
        let others = "[\(open.map(String.init).joined(separator: ","))]"
        return try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                Self.settleQuery,
                [
                    .text(outcome), .integer(sequence), .text(project.rawValue), .integer(Self.sweepLimit),
                    .text(others),
                ])
        } == Self.sweepLimit
    }

    /// The place of a delivery in the order, where it is on disk and nothing has come of it yet.
    package func openSequence(of delivery: NewDelivery) throws(SQLiteError) -> Int64? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(
                """
                SELECT sequence FROM deliveries
                WHERE project = ? AND host = ? AND delivery_id = ? AND outcome IS NULL
                """,
                [.text(delivery.project.rawValue), .text(delivery.host), .text(delivery.deliveryID)]
            ) { $0.integer(0) }
        }
    }

    /// The deliveries nothing has come of yet, oldest first.
    package func unsettledDeliveries() throws(SQLiteError) -> [Delivery] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.unsettledDeliveriesQuery, [], Self.delivery)
        }
    }

    /// The deliveries of a project that announce something and of which nothing has come yet, oldest first.
    package func openAnnouncements(of project: ProjectName) throws(SQLiteError) -> [Delivery] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.openAnnouncementsQuery, [.text(project.rawValue)], Self.delivery)
        }.reversed()
    }

    static let openAnnouncementsQuery = """
        SELECT \(deliveryColumns) FROM deliveries INDEXED BY deliveries_unsettled
        WHERE outcome IS NULL AND project = ? AND announced IS NOT NULL
        ORDER BY sequence DESC LIMIT 64
        """

    /// The newest deliveries, newest first.
    package func deliveries(limit: Int) throws(SQLiteError) -> [Delivery] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT \(Self.deliveryColumns) FROM deliveries ORDER BY sequence DESC LIMIT ?",
                [.integer(Int64(limit))], Self.delivery)
        }
    }

    private static let deliveryColumns =
        "sequence, project, host, delivery_id, event, received_at, ref, announced, before, outcome"
    /// The plus keeps SQLite from going through every delivery that the project ever had, by the index of ids.
    static let settleQuery = """
        UPDATE deliveries SET outcome = ?1 WHERE sequence IN (
            SELECT sequence FROM deliveries WHERE outcome IS NULL AND sequence <= ?2 AND +project = ?3
            AND sequence NOT IN (SELECT value FROM json_each(?5)) ORDER BY sequence LIMIT ?4)
        """
    static let unsettledDeliveriesQuery =
        "SELECT \(deliveryColumns) FROM deliveries WHERE outcome IS NULL ORDER BY sequence"

    private static func delivery(_ row: borrowing Statement) throws(SQLiteError) -> Delivery {
        let sequence = row.integer(0)
        let what = "delivery \(sequence)"
        return Delivery(
            sequence: sequence, project: try row.required(1, of: what) { ProjectName($0) }, host: row.text(2),
            deliveryID: row.text(3), event: row.text(4), receivedAt: row.moment(5),
            ref: row.optionalBytes(6).map { RefName(bytes: $0) },
            announced: try row.optional(7, of: what) { ObjectID($0) },
            before: try row.optional(8, of: what) { ObjectID($0) }, outcome: row.optionalText(9))
    }
}
