package import Model
package import SQLite

extension Ledger {
    /// How many images that builds may have left are remembered.
    static let traceLimit: Int64 = 20_000

    /// Remembers what a build may have left in the engine. What an earlier build told of is used once more.
    package func remember(_ traces: BuildTraces) throws(SQLiteError) {
        let entries: [(digits: String, reference: String?)] =
            traces.steps.map { ($0, nil) } + traces.bases.map { ($0.image.digest.hex, $0.reference) }
        try write(.soon) { (connection) throws(SQLiteError) in
            for entry in entries {
                try connection.run(
                    """
                    INSERT INTO build_traces (digits, reference, made_from, made_until, used_at) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (digits) DO UPDATE SET used_at = max(used_at, excluded.used_at)
                    """,
                    [
                        .text(entry.digits), .optional(entry.reference),
                        .integer(traces.span.lowerBound.milliseconds), .integer(traces.span.upperBound.milliseconds),
                        .integer(traces.span.upperBound.milliseconds),
                    ])
            }
        }
    }

    /// The images that builds may have left, the one that was used longest ago first.
    package func buildTraces() throws(SQLiteError) -> [BuildTrace] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT digits, reference, made_from, made_until, used_at FROM build_traces ORDER BY used_at, digits"
            ) { row in
                let from = Timestamp(milliseconds: row.integer(2))
                return BuildTrace(
                    digits: row.text(0), reference: row.optionalText(1),
                    span: from...max(from, Timestamp(milliseconds: row.integer(3))),
                    usedAt: Timestamp(milliseconds: row.integer(4)))
            }
        }
    }

    /// Forgets images that are gone, or turned out to be no build's of ours.
    package func forget(traces: [BuildTrace]) throws(SQLiteError) {
        guard !traces.isEmpty else { return }
        try write { (connection) throws(SQLiteError) in
            for trace in traces {
                try connection.run("DELETE FROM build_traces WHERE digits = ?", [.text(trace.digits)])
            }
        }
    }

    static let traceDeletion = """
        DELETE FROM build_traces WHERE digits IN (
            SELECT digits FROM build_traces ORDER BY used_at DESC LIMIT \(trimLimit) OFFSET ?)
        """
}
