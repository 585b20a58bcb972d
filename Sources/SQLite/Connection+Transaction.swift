import CSQLite

extension Connection {
    /// Runs the body in one transaction that takes the write lock at once; all of it is kept, or nothing.
    ///
    /// Does not nest.
    @discardableResult
    package borrowing func transaction<Result>(
        _ body: (borrowing Connection) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        precondition(!isInTransaction, "transactions do not nest")
        try run("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let result = try body(self)
            try run("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Whether a transaction is open.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    private borrowing func rollBack() {
        // A full disk and some others make SQLite roll back by itself
        // (https://www.sqlite.org/lang_transaction.html, 3). A rollback that fails leaves nothing to do:
        // the transaction is gone with the connection at the latest.
        if isInTransaction { _ = sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }
}
