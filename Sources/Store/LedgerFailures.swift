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
}

extension SQLiteError {
    /// Whether another daemon has taken the database over; the only answer is to end.
    package var isStaleLedger: Bool { code == .staleEpoch }

    /// Whether the disk is full; the ledger can be used again as soon as there is room.
    package var isDiskFull: Bool { code.primary == .full }

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

    static func unchecked(path: String, finding: String) -> Self {
        Self(code: .corrupt, call: "PRAGMA quick_check", message: finding).advising(path: path)
    }

    /// The same error with what to do, where the file itself is at fault.
    func advising(path: String) -> Self {
        guard code.primary == .corrupt || code.primary == .notADatabase else { return self }
        return Self(
            code: code, call: call,
            message: "the database \(path) is damaged (\(message)): put a backup in its place, or move it and the "
                + "files \(path)-wal and \(path)-shm away and start again; what runs is then adopted, not restarted")
    }
}
