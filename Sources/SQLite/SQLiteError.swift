import CSQLite
import Glibc

/// What SQLite refused to do: the code, the C function that gave it, and SQLite's own words.
package struct SQLiteError: Error, Sendable, Hashable {
    /// SQLite's result code, extended where there is an extended one.
    package let code: Code
    /// The C function or the statement that failed.
    package let call: String
    /// What went wrong, in SQLite's words unless a caller had better ones.
    package let message: String

    /// An error as given.
    package init(code: Code, call: String, message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    /// A result code (https://www.sqlite.org/rescode.html). Negative values are not SQLite's:
    /// they are free for what stands on this module.
    package struct Code: RawRepresentable, Sendable, Hashable {
        /// The number.
        package let rawValue: Int32

        /// Takes the number as it is.
        package init(rawValue: Int32) { self.rawValue = rawValue }

        /// The code without its extension: `SQLITE_IOERR` for `SQLITE_IOERR_WRITE`.
        package var primary: Self { rawValue < 0 ? self : Self(rawValue: rawValue & 0xff) }

        /// Something is wrong with the statement, or anything without a code of its own.
        package static let generic = Self(rawValue: SQLITE_ERROR)
        /// Another connection holds the lock, and the busy timeout has passed.
        package static let busy = Self(rawValue: SQLITE_BUSY)
        /// The database may not be written.
        package static let readOnly = Self(rawValue: SQLITE_READONLY)
        /// The operation was interrupted.
        package static let interrupted = Self(rawValue: SQLITE_INTERRUPT)
        /// The operating system could not read or write.
        package static let inputOutput = Self(rawValue: SQLITE_IOERR)
        /// The file is damaged.
        package static let corrupt = Self(rawValue: SQLITE_CORRUPT)
        /// No space is left.
        package static let full = Self(rawValue: SQLITE_FULL)
        /// The file cannot be opened.
        package static let cannotOpen = Self(rawValue: SQLITE_CANTOPEN)
        /// A value is too large.
        package static let tooBig = Self(rawValue: SQLITE_TOOBIG)
        /// A constraint of the schema does not hold.
        package static let constraint = Self(rawValue: SQLITE_CONSTRAINT)
        /// The file is no SQLite database.
        package static let notADatabase = Self(rawValue: SQLITE_NOTADB)

        /// Matches the very code, or the primary code of an extended one.
        package static func ~= (pattern: Self, code: Self) -> Bool { pattern == code || pattern == code.primary }
    }
}

extension SQLiteError: CustomStringConvertible {
    /// SQLite's words, then where they came from: `database or disk is full (sqlite3_step, code 13)`.
    package var description: String { "\(message) (\(call), code \(code.rawValue))" }
}

extension SQLiteError {
    /// The error of a call on a connection, whose message is read at once: the next call replaces it.
    static func last(of database: OpaquePointer?, call: String, status: Int32) -> Self {
        let reason = Code(reasonFor: status, number: errno)
        let words = reason.flatMap { sqlite3_errstr($0.rawValue) } ?? database.flatMap { sqlite3_errmsg($0) }
        return Self(
            code: reason ?? Code(rawValue: status), call: call,
            message: (words ?? sqlite3_errstr(status)).map { String(cString: $0) } ?? "unknown error")
    }
}

extension SQLiteError.Code {
    /// What the operating system said about an input or output that failed, where SQLite has a code for it.
    ///
    /// SQLite itself tells a full disk from a broken one only when it writes pages, and knows no quota
    /// (https://github.com/sqlite/sqlite/blob/version-3.40.1/src/os_unix.c, unixWrite). A sync that failed is never
    /// anything but broken: nobody knows what of the pages before it is on the disk.
    ///
    /// - Parameter number: errno(3). sqlite3_system_errno() is not set by a COMMIT that fails.
    fileprivate init?(reasonFor status: Int32, number: Int32) {
        guard status & 0xff == SQLITE_IOERR,
            status != slipway_sqlite3_ioerr_fsync(), status != slipway_sqlite3_ioerr_dir_fsync()
        else { return nil }
        switch number {
        case ENOSPC, EDQUOT: self = .full
        case EROFS: self = .readOnly
        default: return nil
        }
    }
}

/// Throws unless the status is `SQLITE_OK`.
func check(_ call: String, _ status: Int32, on database: OpaquePointer?) throws(SQLiteError) {
    guard status == SQLITE_OK else { throw .last(of: database, call: call, status: status) }
}
