import Lifecycle
package import Model
package import SQLite

/// What the daemon remembers, in one SQLite database.
///
/// Owns the connection, on a thread of its own; opened once by ``open(now:)``. Every writing function is
/// one transaction, on disk when it returns or, as ``Durability`` has it, soon, and fails with
/// ``SQLiteError/Code/staleEpoch`` once the database was opened by another daemon. Once its disk has failed it does
/// nothing any more. It never decides anything.
package actor Ledger {
    /// Where the database is.
    nonisolated package let path: String

    nonisolated let executor = BlockingExecutor(name: "slipway.store")
    let schema: Schema
    /// SQLite's name of the file system that the database is in; nil: the operating system's.
    nonisolated let system: String?
    private let onBreakage: @Sendable (SQLiteError) -> Void
    private var connection: Connection?
    private var epoch: Int64 = 0
    /// What the connection is set to; nil: it must be set anew.
    private var durability: Durability?
    /// What has failed for good; from then on everything is answered with it.
    private var breakage: SQLiteError?
    /// Whether another program held the lock longer than it was waited for, the last time.
    private var isContended = false
    /// How large the write-ahead log may get before nothing more is written.
    private let logByteLimit: Int

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
    ///
    /// - Parameter onBreakage: called at once, on the ledger's thread, when the disk fails or the database turns out to
    ///   be damaged. Nobody knows then what is on the disk; only a new start, which checks it, does.
    package init(path: String, onBreakage: @escaping @Sendable (SQLiteError) -> Void = { _ in }) {
        self.init(path: path, schema: .current, onBreakage: onBreakage)
    }

    init(
        path: String, schema: Schema, system: String? = nil, logByteLimit: Int = Ledger.logByteLimit,
        onBreakage: @escaping @Sendable (SQLiteError) -> Void = { _ in }
    ) {
        self.path = path
        self.schema = schema
        self.system = system
        self.logByteLimit = logByteLimit
        self.onBreakage = onBreakage
    }

    /// Opens the database: made, checked and migrated as needed. Takes a new epoch.
    ///
    /// A database of a newer schema is refused untouched. Before an existing one is migrated, a copy of it is
    /// left beside it, named for its version.
    package func open(now: Timestamp) throws(SQLiteError) -> Opening {
        connection = nil
        breakage = nil
        do throws(SQLiteError) {
            let opened = try Connection(path: path, access: .readWrite, system: system)
            let found = try prepare(opened)
            let opening = try begin(found, on: opened, now: now)
            opened.wait(atMost: Self.lockPatience)
            connection = consume opened
            epoch = opening.epoch
            durability = .now
            isContended = false
            leaveMark(.open)
            return opening
        } catch {
            if error.isBreakage { leaveMark(.failed) }
            throw error.advising(path: path)
        }
    }

    /// Closes the database, its write-ahead log folded in; ``open(now:)`` may follow.
    package func close() throws(SQLiteError) {
        guard breakage == nil, let numbers = try connection.lend(Self.numbers) else {
            connection = nil
            return
        }
        try connection.take()?.close()
        leaveMark(.closed, numbers: numbers)
    }

    /// Notes beside the database how this opening ended. A note that cannot be written costs a longer check.
    private func leaveMark(_ end: OpeningMark.End, numbers: [String: Int64] = [:]) {
        guard system == nil else { return }
        var mark = OpeningMark(epoch: epoch, boot: OpeningMark.currentBoot, end: end, numbers: numbers)
        if end == .failed, let last = OpeningMark.read(beside: path) { mark.epoch = max(last.epoch, epoch) }
        mark.write(beside: path)
    }

    /// Proves that the database can be written and is still this daemon's, and changes nothing.
    ///
    /// A transaction that takes the lock for writing; fails with ``SQLiteError/Code/staleEpoch`` once another daemon
    /// has opened the database.
    package func prove() throws(SQLiteError) {
        try write(durability ?? .now) { (connection) throws(SQLiteError) in
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

    // Lending the connection

    /// How long a lock that another program holds is waited for, unless the last wait was in vain: then hardly at all,
    /// so that what stands in line is refused at once. A delivery waits for one of each at most, within two seconds.
    static let lockPatience = Duration.seconds(1)
    private static let spentLockPatience = Duration.milliseconds(50)

    /// From this size on the write-ahead log is worth a warning: something reads for so long that it cannot be folded in.
    package static let logAlertBytes = 64 << 20
    /// From this size on nothing more is written: what grows it must end first.
    static let logByteLimit = 1 << 30

    /// The size of the write-ahead log.
    nonisolated package var logByteCount: Int { FileText.byteCount(path + "-wal") }

    /// Lends the connection for reading.
    func read<Result>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        if let breakage { throw breakage }
        do throws(SQLiteError) {
            guard let result = try connection.lend(body) else { throw .notOpen }
            return result
        } catch {
            throw judged(error)
        }
    }

    /// Lends the connection for one transaction, provided that the epoch is still ours.
    @discardableResult
    func write<Result>(
        _ durability: Durability = .now, _ body: (borrowing Connection) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        let ours = epoch
        let isOther = durability != self.durability
        let wasContended = isContended
        let log = (bytes: system == nil ? logByteCount : 0, limit: logByteLimit)
        let result = try read { (connection) throws(SQLiteError) in
            if log.bytes > log.limit { try Self.foldLog(of: connection, limit: log.limit) }
            if isOther { try connection.script("PRAGMA synchronous = \(durability.level)") }
            if wasContended { connection.wait(atMost: Self.spentLockPatience) }
            defer { if wasContended { connection.wait(atMost: Self.lockPatience) } }
            return try Self.transaction(connection, ours: ours, body)
        }
        self.durability = durability
        isContended = false
        return result
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

    /// Empties a write-ahead log that has become too large, or says that it cannot be.
    private static func foldLog(of connection: borrowing Connection, limit: Int) throws(SQLiteError) {
        let isBusy = try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.flag(0) } ?? true
        if isBusy { throw .logTooLarge(limit: limit) }
    }

    /// Does nothing any more, since damage was found.
    func giveUp(_ error: SQLiteError) { if breakage == nil { breakDown(error) } }

    private func breakDown(_ error: SQLiteError) {
        breakage = error
        leaveMark(.failed)
        onBreakage(error)
    }

    /// Takes note of what an error says about the database itself.
    private func judged(_ error: SQLiteError) -> SQLiteError {
        isContended = error.code.primary == .busy
        durability = nil
        guard error.isBreakage else { return error }
        let advised = error.advising(path: path)
        breakDown(advised)
        return advised
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
