import CSQLite

/// The SQLite library as it was linked.
package enum Library {
    /// 3.37: `SQLITE_OPEN_EXRESCODE` and strict tables; Debian 12 has 3.40.
    private static let oldestVersion: Int32 = 3_037_000

    /// The library's version: `3.40.1`.
    package static var version: String { String(cString: sqlite3_libversion()) }

    /// Whether the library can be used, found out once.
    static let check: Result<Void, SQLiteError> = {
        guard sqlite3_libversion_number() >= oldestVersion else {
            return .failure(
                SQLiteError(
                    code: .generic, call: "sqlite3_libversion_number",
                    message: "SQLite \(version) is too old: 3.37 or newer is needed"))
        }
        guard sqlite3_threadsafe() != 0 else {
            return .failure(
                SQLiteError(
                    code: .generic, call: "sqlite3_threadsafe",
                    message: "SQLite \(version) was built for a single thread"))
        }
        return .success(())
    }()
}
