package import Model
package import SQLite

extension Ledger {
    /// How many releases of each project are kept whatever refers to them.
    static let releaseLimit: Int64 = 1000
    /// How many build keys of each project are kept.
    static let imageLimit: Int64 = 10_000
    /// How many deployments are kept, in each project, of environments that are gone.
    static let orphanLimit: Int64 = 1000
    /// Tables that grow by single rows are trimmed once in so many insertions.
    static let trimInterval: Int64 = 1024

    /// How many rows of a table are removed at once, so that nothing waits long behind it; the rest goes the next time.
    static let trimLimit: Int64 = 2000

    /// Whether the insertion that got this number is one after which its table is trimmed.
    static func isTrimDue(after number: Int64) -> Bool { number.isMultiple(of: trimInterval) }

    /// Removes what no limit allows any more; meant to be called at the start and every few hours.
    package func retain(now: Timestamp) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try Self.trimDeliveries(now: now, connection)
            try Self.trimEvents(connection)
            try connection.run(Self.traceDeletion, [.integer(Self.traceLimit)])
            let projects = try connection.rows(
                "SELECT project FROM deployments UNION SELECT project FROM releases UNION SELECT project FROM images"
            ) { $0.text(0) }
            for project in projects {
                try connection.run(Self.orphanDeletion, [.text(project), .integer(Self.orphanLimit)])
                try connection.run(Self.imageDeletion, [.text(project), .integer(Self.imageLimit)])
                try connection.run(Self.releaseDeletion, [.text(project), .integer(Self.releaseLimit)])
            }
        }
    }

    private static let orphanDeletion = """
        DELETE FROM deployments WHERE number IN (
            SELECT number FROM deployments WHERE project = ?1 AND is_final = 1
            AND environment NOT IN (SELECT name FROM environments WHERE project = ?1)
            ORDER BY number DESC LIMIT \(trimLimit) OFFSET ?2)
        """

    private static let imageDeletion = """
        DELETE FROM images WHERE number IN (
            SELECT number FROM images WHERE project = ?1 ORDER BY number DESC LIMIT \(trimLimit) OFFSET ?2)
        """

    // Releases that an environment or a deployment names are history or a way back, so they stay.
    private static let releaseDeletion = """
        DELETE FROM releases WHERE number IN (
            SELECT number FROM releases WHERE project = ?1 ORDER BY number DESC LIMIT \(trimLimit) OFFSET ?2)
        AND id NOT IN (SELECT release FROM deployments WHERE project = ?1 AND release IS NOT NULL)
        AND id NOT IN (
            SELECT json_extract(record, '$.live.release') FROM environments
            WHERE project = ?1 AND json_extract(record, '$.live.release') IS NOT NULL)
        AND id NOT IN (
            SELECT json_extract(healthy.value, '$.release') FROM environments, json_each(record, '$.healthy') AS healthy
            WHERE project = ?1)
        """
}
