import CSQLite

/// Prepared statements that nobody uses at the moment, by their text. Owned by one ``Connection``.
///
/// A statement is taken out while it is used, so that the same text may be used inside its own loop.
final class StatementCache {
    /// How many are kept: more than the texts of any one program here, so that only made-up texts are dropped.
    static let limit = 128

    private var idle: [String: OpaquePointer] = [:]

    /// A statement of that text, prepared now unless one is idle.
    func statement(_ sql: String, on database: OpaquePointer) throws(SQLiteError) -> Statement {
        if let handle = idle.removeValue(forKey: sql) { return Statement(owning: handle) }
        var handle: OpaquePointer?
        var isSingle = true
        let status = sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let status = sqlite3_prepare_v3(database, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, &tail)
            isSingle = tail.map { $0.pointee == 0 } ?? true
            return status
        }
        try check("sqlite3_prepare_v3: \(sql)", status, on: database)
        guard let handle else { preconditionFailure("a statement must not be empty") }
        let statement = Statement(owning: handle)
        precondition(isSingle, "several statements are a script: \(sql)")
        return statement
    }

    /// Keeps a statement for its next use.
    func keep(_ statement: consuming Statement, of sql: String) {
        let handle = statement.take()
        if idle.count >= Self.limit { drop() }
        if let other = idle.updateValue(handle, forKey: sql) { sqlite3_finalize(other) }
    }

    /// Finalises everything that is idle.
    func drop() {
        for handle in idle.values { sqlite3_finalize(handle) }
        idle = [:]
    }
}
