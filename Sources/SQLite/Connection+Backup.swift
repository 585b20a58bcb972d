import CSQLite

extension Connection {
    /// How many pages are copied before the caller is asked whether to go on.
    private static let pagesPerStep: Int32 = 256

    /// Copies the whole database, as it is at one moment, over the database at `path`.
    ///
    /// In WAL mode other connections go on writing meanwhile. A copy that did not end well is of no use.
    ///
    /// - Parameter goesOn: asked between steps; false ends the copy with ``SQLiteError/Code/interrupted``.
    package borrowing func backup(to path: String, while goesOn: () -> Bool = { true }) throws(SQLiteError) {
        let copy = try Connection(path: path, access: .readWrite)
        // A read transaction pins the moment; without one, every change by another connection
        // would start the copy anew (https://www.sqlite.org/c3ref/backup_finish.html).
        let pins = !isInTransaction
        if pins {
            try run("BEGIN")
            _ = try first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) }
        }
        defer { if pins { _ = sqlite3_exec(handle, "COMMIT", nil, nil, nil) } }
        guard let backup = sqlite3_backup_init(copy.handle, "main", handle, "main") else {
            throw .last(of: copy.handle, call: "sqlite3_backup_init", status: sqlite3_extended_errcode(copy.handle))
        }
        var status = SQLITE_OK
        while status == SQLITE_OK {
            guard goesOn() else {
                status = SQLITE_INTERRUPT
                break
            }
            status = sqlite3_backup_step(backup, Self.pagesPerStep)
        }
        let end = sqlite3_backup_finish(backup)
        guard status == SQLITE_DONE, end == SQLITE_OK else {
            let code = status == SQLITE_DONE ? end : status
            throw SQLiteError(
                code: .init(rawValue: code), call: "sqlite3_backup_step: \(path)",
                message: sqlite3_errstr(code).map { String(cString: $0) } ?? "unknown error")
        }
        try copy.close()
    }
}
