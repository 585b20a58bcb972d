import Model
import SQLite

extension Ledger {
    /// What is known of a database before anything in it is changed.
    struct Found {
        /// There was nothing.
        let isEmpty: Bool
        /// Its schema's version.
        let version: Int64
        /// The number of its last opening.
        let epoch: Int64
        /// What that opening left beside it.
        let mark: OpeningMark?
        /// Whether everything in it has been looked at.
        let isFullyChecked: Bool
    }

    /// Brings a database that was just opened into shape.
    func prepare(_ connection: borrowing Connection) throws(SQLiteError) -> Found {
        let version = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        let owner = try connection.first("PRAGMA application_id") { $0.integer(0) } ?? 0
        let isEmpty = try connection.first("SELECT 1 FROM sqlite_schema LIMIT 1") { $0.integer(0) } == nil
        guard isEmpty || owner == Schema.applicationID else { throw .foreignDatabase(path: path) }
        guard version <= schema.version else {
            throw .newerSchema(found: version, known: schema.version, path: path)
        }
        try configure(connection)
        let mark = system == nil ? OpeningMark.read(beside: path) : nil
        let epoch = isEmpty ? 0 : try connection.first("SELECT epoch FROM meta") { $0.integer(0) } ?? 0
        let depth = LedgerCheck.Depth.needed(after: mark, epoch: epoch, boot: OpeningMark.currentBoot)
        if !isEmpty, depth == .full || FileText.byteCount(path) <= LedgerCheck.Depth.quickByteLimit {
            if let finding = try LedgerCheck.damage(in: connection, depth) { throw .found(finding, path: path) }
        }
        if version < schema.version {
            if !isEmpty, system == nil { try Self.copy(connection, to: "\(path).v\(version)") }
            try schema.migrate(connection, from: version)
        }
        if schema.version >= 2, let finding = try LedgerCheck.broken(in: connection, depth) {
            throw .found(finding, path: path)
        }
        return Found(
            isEmpty: isEmpty, version: version, epoch: epoch, mark: mark, isFullyChecked: isEmpty || depth == .full)
    }

    /// How large the write-ahead log may stay after a checkpoint.
    private static let restingLogBytes = 64 << 20
    /// How many pages SQLite keeps, in KiB; the system has them all in a cache of its own, from which one is read within a
    /// few microseconds.
    private static let cacheKiB = 1024

    private func configure(_ connection: borrowing Connection) throws(SQLiteError) {
        let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
        guard mode == "wal" else {
            throw SQLiteError(
                code: .cannotOpen, call: "PRAGMA journal_mode",
                message: "the file system of \(path) has no shared memory: put the state directory on a local disk")
        }
        try connection.script(
            """
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA cell_size_check = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(Self.cacheKiB);
            PRAGMA journal_size_limit = \(Self.restingLogBytes);
            """)
    }

    /// Takes a new epoch, later than any that is known of, and notes whether the database was put in another's place.
    func begin(_ found: Found, on connection: borrowing Connection, now: Timestamp) throws(SQLiteError) -> Opening {
        try connection.transaction { (connection) throws(SQLiteError) in
            if schema.version >= 2, let how = try Self.replacement(found, connection) {
                try connection.run(
                    "UPDATE meta SET is_adopted = 0, copied_at = NULL, restored_at = ?, restored_how = ?",
                    [.integer(now.milliseconds), .text(how)])
            }
            try connection.run(
                "UPDATE meta SET epoch = max(epoch, ?) + 1", [.integer(found.mark?.epoch ?? 0)])
            let opening = try connection.first("SELECT epoch, is_adopted, instance FROM meta") { row in
                Opening(
                    isNew: found.isEmpty, isAdopted: row.flag(1), epoch: row.integer(0), instance: row.optionalText(2),
                    isFullyChecked: found.isFullyChecked)
            }
            guard var opening else { throw .unreadable("table meta", "it is empty") }
            if schema.version >= 2 {
                opening.restoration = try connection.first(
                    "SELECT restored_at, restored_how FROM meta WHERE restored_at IS NOT NULL"
                ) { Restoration(at: $0.moment(0), how: $0.text(1)) }
            }
            return opening
        }
    }

    /// How the database came to be in another's place; nil when it did not.
    private static func replacement(
        _ found: Found, _ connection: borrowing Connection
    ) throws(SQLiteError) -> String? {
        guard !found.isEmpty else { return nil }
        let copied = try connection.first("SELECT copied_at FROM meta WHERE copied_at IS NOT NULL") { $0.moment(0) }
        if let copied { return "it is a copy that was made at \(copied)" }
        guard let mark = found.mark else { return nil }
        if mark.end == .restored { return "'slipway restore' put it in place" }
        if found.epoch < mark.epoch {
            return "it was opened \(found.epoch) times, and the database that was here \(mark.epoch) times"
        }
        guard mark.end == .closed, found.epoch == mark.epoch else { return nil }
        let numbers = try numbers(connection)
        let behind = mark.numbers.filter { numbers[$0.key, default: 0] < $0.value }.keys.sorted()
        guard !behind.isEmpty else { return nil }
        return "the database that was here had newer \(behind.joined(separator: ", "))"
    }

    /// The last number that each table has given out.
    static func numbers(_ connection: borrowing Connection) throws(SQLiteError) -> [String: Int64] {
        let rows = try connection.rows("SELECT name, seq FROM sqlite_sequence") { ($0.text(0), $0.integer(1)) }
        return Dictionary(rows) { first, _ in first }
    }
}
