import CSQLite
import Glibc

/// One open database. Owned by one actor or one function, closed when it dies; must not cross threads.
package struct Connection: ~Copyable {
    /// What may be done with the database.
    package enum Access: Sendable {
        /// Only reading; the file must exist.
        case readOnly
        /// Reading and writing; the file is created, for its owner alone, if it does not exist.
        case readWrite
    }

    let handle: OpaquePointer
    private let cache = StatementCache()
    private var isClosed = false

    /// Ends what the connection is doing, from any thread.
    package let interruption: Interruption

    /// How long a lock of another connection is waited for.
    package static let busyTimeout = Duration.seconds(2)

    /// Opens the database at a path.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long a lock of another connection is waited for, in whole milliseconds.
    ///   - system: the name of the file system to use (https://www.sqlite.org/vfs.html); nil: the operating system's.
    package init(
        path: String, access: Access, busyTimeout: Duration = Self.busyTimeout, system: String? = nil
    ) throws(SQLiteError) {
        handle = try Self.open(path, access, system: system)
        interruption = Interruption(of: handle)
        wait(atMost: busyTimeout)
    }

    deinit {
        interruption.retire()
        cache.drop()
        if !isClosed { sqlite3_close_v2(handle) }
    }

    /// Closes the database and says if that failed; dropping the connection closes it, too, in silence.
    package consuming func close() throws(SQLiteError) {
        interruption.retire()
        cache.drop()
        // A connection that would not close is closed by deinit, once its statements are gone.
        try check("sqlite3_close", sqlite3_close(handle), on: handle)
        isClosed = true
    }

    /// Sets how long a lock of another connection is waited for from now on, in whole milliseconds.
    package borrowing func wait(atMost busyTimeout: Duration) {
        let pause = busyTimeout.components
        sqlite3_busy_timeout(handle, Int32(clamping: pause.seconds * 1000 + pause.attoseconds / 1_000_000_000_000_000))
    }

    /// Lends a prepared statement; its text must be one statement.
    package borrowing func withStatement<Result>(
        _ sql: String, _ body: (borrowing Statement) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        let statement = try cache.statement(sql, on: handle)
        let result = try body(statement)
        cache.keep(statement, of: sql)
        return result
    }

    /// Runs one statement to its end and returns how many rows it changed.
    @discardableResult
    package borrowing func run(_ sql: String, _ bindings: [Value] = []) throws(SQLiteError) -> Int {
        try withStatement(sql) { (statement) throws(SQLiteError) in
            try statement.bind(bindings)
            while try statement.step() {}
        }
        return Int(sqlite3_changes64(handle))
    }

    /// Every row of one statement, each as `read` makes it.
    package borrowing func rows<Row>(
        _ sql: String, _ bindings: [Value] = [], _ read: (borrowing Statement) throws(SQLiteError) -> Row
    ) throws(SQLiteError) -> [Row] {
        try withStatement(sql) { (statement) throws(SQLiteError) in
            try statement.bind(bindings)
            var rows: [Row] = []
            while try statement.step() { rows.append(try read(statement)) }
            return rows
        }
    }

    /// The first row of one statement as `read` makes it; nil when there is none.
    package borrowing func first<Row>(
        _ sql: String, _ bindings: [Value] = [], _ read: (borrowing Statement) throws(SQLiteError) -> Row
    ) throws(SQLiteError) -> Row? {
        try withStatement(sql) { (statement) throws(SQLiteError) in
            try statement.bind(bindings)
            return try statement.step() ? try read(statement) : nil
        }
    }

    /// Runs any number of statements that need no values.
    package borrowing func script(_ sql: String) throws(SQLiteError) {
        try check("sqlite3_exec", sqlite3_exec(handle, sql, nil, nil, nil), on: handle)
    }

    /// The row id of the last insertion.
    package var lastInsertedRowID: Int64 { sqlite3_last_insert_rowid(handle) }

    private static func open(
        _ path: String, _ access: Access, system: String?
    ) throws(SQLiteError) -> OpaquePointer {
        try Library.check.get()
        let mode: Int32
        switch access {
        case .readOnly:
            mode = SQLITE_OPEN_READONLY
        case .readWrite:
            mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            if system == nil { createPrivately(path) }
        }
        var opened: OpaquePointer?
        let status = sqlite3_open_v2(path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, system)
        guard status == SQLITE_OK, let handle = opened else {
            let error = SQLiteError.last(of: opened, call: "sqlite3_open_v2: \(path)", status: status)
            sqlite3_close_v2(opened)
            throw error
        }
        // A damaged or forged file must not be able to do more than yield errors
        // (https://www.sqlite.org/security.html). These flags cannot fail on an open connection.
        for (option, value) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0), (SQLITE_DBCONFIG_DQS_DML, 0),
        ] as [(Int32, Int32)] {
            _ = slipway_sqlite3_db_config_flag(handle, option, value)
        }
        return handle
    }

    /// Makes the file readable for its owner alone if there is none yet; SQLite gives its other files the same mode.
    private static func createPrivately(_ path: String) {
        // O_EXCL: a descriptor on a file that is in use must not be closed here, since that would drop
        // the locks of the process's other connections to it (https://www.sqlite.org/howtocorrupt.html, 2.2).
        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { Glibc.close(descriptor) }
    }
}
