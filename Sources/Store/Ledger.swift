import Lifecycle
package import Model
package import SQLite

/// What the daemon remembers, in one SQLite database.
///
/// Owns the connection, on a thread of its own; opened once by ``open(now:)``. Every writing function is
/// one transaction, on disk when it returns or, as ``Durability`` has it, soon, and fails with
/// ``SQLiteError/Code/staleEpoch`` once the database was opened by another daemon. It never decides anything.
package actor Ledger {
    /// Where the database is.
    nonisolated package let path: String

    private let executor = BlockingExecutor(name: "slipway.store")
    private let schema: Schema
    private var connection: Connection?
    private var epoch: Int64 = 0
    private var durability = Durability.now

    /// When a transaction is on disk.
    enum Durability {
        /// When it returns.
        case now
        /// With the next one that is on disk when it returns, or when the log is folded in. For what Git, the engine or
        /// another attempt says again after a loss of power: an fsync takes milliseconds, and an update is short.
        case soon

        /// As SQLite has it for a write-ahead log, which stays whole either way: sqlite.org/pragma.html#pragma_synchronous.
        var level: String {
            switch self {
            case .now: "FULL"
            case .soon: "NORMAL"
            }
        }
    }

    /// Deliveries that wait for a transaction to share.
    nonisolated let intake = DeliveryIntake()

    nonisolated package var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A ledger whose database is at `path`; nothing is touched before ``open(now:)``.
    package init(path: String) { self.init(path: path, schema: .current) }

    init(path: String, schema: Schema) {
        self.path = path
        self.schema = schema
    }

    /// Opens the database: made, checked and migrated as needed. Takes a new epoch.
    ///
    /// A database of a newer schema is refused untouched. Before an existing one is migrated, a copy of it is
    /// left beside it, named for its version.
    package func open(now: Timestamp) throws(SQLiteError) -> Opening {
        connection = nil
        do throws(SQLiteError) {
            let opened = try Connection(path: path, access: .readWrite)
            let isNew = try prepare(opened)
            let opening = try opened.transaction { (connection) throws(SQLiteError) in
                try connection.run("UPDATE meta SET epoch = epoch + 1")
                let opening = try connection.first("SELECT epoch, is_adopted, instance FROM meta") { row in
                    Opening(
                        isNew: isNew, isAdopted: row.flag(1), epoch: row.integer(0), instance: row.optionalText(2))
                }
                guard let opening else { throw .unreadable("table meta", "it is empty") }
                return opening
            }
            connection = consume opened
            epoch = opening.epoch
            durability = .now
            return opening
        } catch {
            throw error.advising(path: path)
        }
    }

    /// Closes the database, its write-ahead log folded in; ``open(now:)`` may follow.
    package func close() throws(SQLiteError) { try connection.take()?.close() }

    /// Proves that the database can be written and is still this daemon's, and changes nothing.
    ///
    /// A transaction that takes the lock for writing; fails with ``SQLiteError/Code/staleEpoch`` once another daemon
    /// has opened the database.
    package func prove() throws(SQLiteError) {
        try write(durability) { (connection) throws(SQLiteError) in
            _ = try connection.first("SELECT is_adopted FROM meta") { $0.flag(0) }
        }
    }

    /// Remembers the id in the labels of what this daemon makes.
    package func setInstance(_ instance: String) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            try connection.run("UPDATE meta SET instance = ?", [.text(instance)])
        }
    }

    /// The id in the labels of what this daemon made; nil before ``setInstance(_:)``.
    package func instance() throws(SQLiteError) -> String? {
        try read { (connection) throws(SQLiteError) in
            try connection.first("SELECT instance FROM meta") { $0.optionalText(0) } ?? nil
        }
    }

    /// Remembers that what ran before there was this database has been taken in; see ``Opening/isAdopted``.
    package func markAdopted() throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in try connection.run("UPDATE meta SET is_adopted = 1") }
    }

    /// Lends the connection for reading.
    func read<Result>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        guard let result = try connection.lend(body) else { throw .notOpen }
        return result
    }

    /// Lends the connection for one transaction, provided that the epoch is still ours.
    @discardableResult
    func write<Result>(
        _ durability: Durability = .now, _ body: (borrowing Connection) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        let ours = epoch
        let isOther = durability != self.durability
        self.durability = durability
        return try read { (connection) throws(SQLiteError) in
            if isOther { try connection.script("PRAGMA synchronous = \(durability.level)") }
            return try Self.transaction(connection, ours: ours, body)
        }
    }

    private static func transaction<Result>(
        _ connection: borrowing Connection, ours: Int64,
        _ body: (borrowing Connection) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try connection.transaction { (connection) throws(SQLiteError) in
            let theirs = try connection.first("SELECT epoch FROM meta") { $0.integer(0) } ?? 0
            guard theirs == ours else { throw .staleEpoch(ours: ours, theirs: theirs) }
            return try body(connection)
        }
    }

    /// Brings a database that was just opened into shape; true when it was empty.
    private func prepare(_ connection: borrowing Connection) throws(SQLiteError) -> Bool {
        let found = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        let owner = try connection.first("PRAGMA application_id") { $0.integer(0) } ?? 0
        let isEmpty = try connection.first("SELECT 1 FROM sqlite_schema LIMIT 1") { $0.integer(0) } == nil
        guard isEmpty || owner == Schema.applicationID else { throw .foreignDatabase(path: path) }
        guard found <= schema.version else {
            throw .newerSchema(found: found, known: schema.version, path: path)
        }
        try configure(connection)
        if !isEmpty {
            let finding = try connection.first("PRAGMA quick_check(1)") { $0.text(0) } ?? "no answer"
            guard finding == "ok" else { throw .unchecked(path: path, finding: finding) }
        }
        if found < schema.version {
            if !isEmpty { try Self.copy(connection, to: "\(path).v\(found)") }
            try schema.migrate(connection, from: found)
        }
        return isEmpty
    }

    /// How large the write-ahead log may stay after a checkpoint.
    private static let logByteLimit = 64 << 20

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
            PRAGMA journal_size_limit = \(Self.logByteLimit);
            """)
    }
}

extension Optional where Wrapped: ~Copyable {
    /// Lends what is there; nil when nothing is.
    fileprivate borrowing func lend<Result, Failure: Error>(
        _ body: (borrowing Wrapped) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        switch self {
        case .some(let wrapped): try body(wrapped)
        case .none: nil
        }
    }
}
