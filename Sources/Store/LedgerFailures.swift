package import SQLite

// The ledger's own codes: SQLite has no negative ones.
extension SQLiteError.Code {
    /// A later opening of the same database happened elsewhere: this ledger must not write any more.
    package static let staleEpoch = Self(rawValue: -1)
    /// The database was written by a newer version of the program.
    package static let newerSchema = Self(rawValue: -2)
    /// The ledger has not been opened, or was closed.
    package static let notOpen = Self(rawValue: -3)
    /// A record cannot be read back as what it was written as.
    package static let unreadableRecord = Self(rawValue: -4)
    /// More deliveries wait for the disk than are taken.
    package static let overloaded = Self(rawValue: -5)
    /// The file is a database, but none of ours.
    package static let foreignDatabase = Self(rawValue: -6)
    /// The database holds what no transaction of ours leaves behind.
    package static let inconsistent = Self(rawValue: -7)
    /// The write-ahead log is as large as it may get, and something keeps it from being folded in.
    package static let logTooLarge = Self(rawValue: -8)
    /// A file is none that a database can be restored from.
    package static let unusableCopy = Self(rawValue: -9)
}

extension SQLiteError {
    /// Whether another daemon has taken the database over; the only answer is to end.
    package var isStaleLedger: Bool { code == .staleEpoch }

    /// Whether nobody knows any more what is on the disk: an input or output failed, or a page is damaged.
    ///
    /// After a sync that failed the kernel may have dropped the pages and call the next sync a success
    /// (https://wiki.postgresql.org/wiki/Fsync_Errors), so there is no second attempt.
    package var isBreakage: Bool { [.inputOutput, .corrupt, .notADatabase].contains(code.primary) }

    /// Whether the disk is full; the ledger can be used again as soon as there is room.
    package var isDiskFull: Bool { code.primary == .full }

    /// What a test has fail: as a full disk, or as one that cannot be written.
    static func injected(isDiskFull: Bool) -> Self {
        Self(code: isDiskFull ? .full : .inputOutput, call: "Ledger", message: "it fails on purpose")
    }

    static func staleEpoch(ours: Int64, theirs: Int64) -> Self {
        Self(
            code: .staleEpoch, call: "Ledger.write",
            message: "another daemon has opened the database since: epoch \(theirs), ours is \(ours)")
    }

    static func newerSchema(found: Int64, known: Int64, path: String) -> Self {
        Self(
            code: .newerSchema, call: "Ledger.open",
            message: "the database \(path) has schema version \(found), this program knows up to \(known): "
                + "run the version of slipway that wrote it, or a newer one")
    }

    static func foreignDatabase(path: String) -> Self {
        Self(
            code: .foreignDatabase, call: "Ledger.open",
            message: "\(path) is a database of another program: name another state directory, or move the file away")
    }

    static let notOpen = Self(code: .notOpen, call: "Ledger", message: "the ledger is not open")

    static let overloaded = Self(
        code: .overloaded, call: "Ledger.record",
        message: "more than \(DeliveryIntake.limit) deliveries wait for the disk")

    static func unreadable(_ what: String, _ reason: String) -> Self {
        Self(code: .unreadableRecord, call: "Ledger", message: "\(what) cannot be read: \(reason)")
    }

    static func logTooLarge(limit: Int) -> Self {
        Self(
            code: .logTooLarge, call: "Ledger.write",
            message: "the write-ahead log has grown to \(limit >> 20) MiB, since some program has been reading the "
                + "database for long: find it with 'fuser' and end it; writing goes on by itself")
    }

    /// What a check at the start found, with what to do.
    static func found(_ finding: LedgerCheck.Finding, path: String) -> Self {
        switch finding {
        case .damaged(let words): Self(code: .corrupt, call: "PRAGMA integrity_check", message: words)
        case .broken(let rule, let by):
            Self(
                code: .inconsistent, call: "Ledger.open",
                message: "the database \(path) breaks the rule that \(rule), by \(by): \(remedy(path: path))")
        }
    }

    private static func remedy(path: String) -> String {
        "put a backup in its place with 'slipway restore FILE', or move it and the files \(path)-wal, \(path)-shm and "
            + "\(path).mark away and start again; what runs is then adopted, not restarted"
    }

    /// The same error with what to do, where the file itself or somebody who uses it is at fault.
    func advising(path: String) -> Self {
        let advised: String
        switch code.primary {
        case .corrupt, .notADatabase:
            advised = "the database \(path) is damaged (\(message)): \(Self.remedy(path: path))"
        case .inputOutput:
            advised =
                "the disk failed under the database \(path) (\(message)): look at the kernel's log; the next "
                + "start checks the whole database"
        case .busy:
            advised =
                "another program has locked the database \(path) (\(message)): find it with 'fuser \(path)' "
                + "and end it"
        default: return self
        }
        return Self(code: code, call: call, message: advised)
    }
}
