import Glibc
package import Model
package import SQLite

/// A file that holds the daemon's records while no daemon uses it: a backup, or what one is put in the place of.
package struct DatabaseFile: Sendable, Hashable {
    /// Its schema's version.
    package let version: Int64
    /// When it was copied from a daemon that ran; nil: it is no such copy, or of the first version.
    package let copiedAt: Timestamp?
    /// The projects in it.
    package let projects: [ProjectName]

    /// Looks through a whole file that `slipway backup` made.
    package static func examine(_ path: String) throws(SQLiteError) -> Self {
        do throws(SQLiteError) {
            return try Self(of: Connection(path: path, access: .readOnly), at: path)
        } catch {
            throw .unusableCopy(path: path, error)
        }
    }

    /// Reads and checks everything; throws when it cannot be restored from.
    fileprivate init(of connection: borrowing Connection, at path: String) throws(SQLiteError) {
        let owner = try connection.first("PRAGMA application_id") { $0.integer(0) }
        guard owner == Schema.applicationID else { throw .foreignDatabase(path: path) }
        version = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        guard version <= Schema.current.version else {
            throw .newerSchema(found: version, known: Schema.current.version, path: path)
        }
        let finding =
            version == Schema.current.version
            ? try LedgerCheck.finding(in: connection, .full) : try LedgerCheck.damage(in: connection, .full)
        if let finding { throw SQLiteError(code: .corrupt, call: "integrity_check", message: finding.words) }
        copiedAt =
            version < 2
            ? nil : try connection.first("SELECT copied_at FROM meta WHERE copied_at IS NOT NULL") { $0.moment(0) }
        projects = try connection.rows("SELECT name FROM projects ORDER BY name") { (row) throws(SQLiteError) in
            try row.required(0, of: "a project") { ProjectName($0) }
        }
    }

    /// What came of a restoration.
    package struct Restored: Sendable, Hashable {
        /// What is in place now.
        package let file: DatabaseFile
        /// Where the database is that was in place before; nil: there was none.
        package let aside: String?
    }

    /// Puts a copy of a file in the place of a database that no daemon uses, and keeps what was there.
    ///
    /// The copy is checked first; the old database stays until the copy takes its name in one step. The next opening
    /// knows that it was put there. Whoever calls holds the state directory's lock.
    package static func restore(
        _ file: String, to path: String, now: Timestamp
    ) throws(SQLiteError) -> Restored {
        let fresh = path + ".restoring"
        remove(fresh)
        defer { remove(fresh) }
        for suffix in ["", "-wal"] { try copyBytes(of: file + suffix, to: fresh + suffix, isNeeded: suffix.isEmpty) }
        let old = Remains(of: path)
        let restored: Self
        do throws(SQLiteError) {
            let connection = try Connection(path: fresh, access: .readWrite)
            restored = try Self(of: connection, at: file)
            try mark(connection, restored, old, now: now)
            try connection.close()
        } catch {
            throw .unusableCopy(path: file, error)
        }
        let aside = "\(path).replaced-\(now.compact)"
        let hasOld = try old.moveAside(from: path, to: aside)
        let mark = OpeningMark(epoch: old.epoch, boot: OpeningMark.currentBoot, end: .restored)
        guard mark.write(beside: path) else { throw .cannotPlace(OpeningMark.path(of: path)) }
        guard rename(fresh, path) == 0, FileText.syncDirectory(of: path) else { throw .cannotPlace(path) }
        return Restored(file: restored, aside: hasOld ? aside : nil)
    }

    /// Says in the copy itself that it stands in for a later database, and lets its numbers go on from that one's.
    private static func mark(
        _ connection: borrowing Connection, _ file: Self, _ old: Remains, now: Timestamp
    ) throws(SQLiteError) {
        // One file, with nothing beside it.
        _ = try connection.first("PRAGMA journal_mode = DELETE") { $0.text(0) }
        try connection.transaction { (connection) throws(SQLiteError) in
            try connection.run("UPDATE meta SET is_adopted = 0, epoch = max(epoch, ?)", [.integer(old.epoch)])
            for (table, number) in old.numbers {
                try connection.run(
                    "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", [.integer(number), .text(table)])
            }
            guard file.version >= 2 else { return }
            let made = file.copiedAt.map { ", made at \($0)" } ?? ""
            try connection.run(
                "UPDATE meta SET copied_at = NULL, restored_at = ?, restored_how = ?",
                [.integer(now.milliseconds), .text("'slipway restore' put a backup\(made) in place")])
        }
    }

    /// What is known of the database that is replaced.
    private struct Remains {
        let epoch: Int64
        let numbers: [String: Int64]

        /// Folds the write-ahead log into the database, where that can be read, so that it is one file.
        init(of path: String) {
            var found: (epoch: Int64, numbers: [String: Int64]) = (0, [:])
            if access(path, F_OK) == 0, let connection = try? Connection(path: path, access: .readWrite) {
                found.epoch = (try? connection.first("SELECT epoch FROM meta") { $0.integer(0) }) ?? 0
                found.numbers = (try? Ledger.numbers(connection)) ?? [:]
                try? connection.close()
            }
            let mark = OpeningMark.read(beside: path)
            epoch = max(found.epoch, mark?.epoch ?? 0)
            numbers = found.numbers
        }

        /// Gives the old database a second name, and takes its log away: it would be taken for the copy's.
        func moveAside(from path: String, to aside: String) throws(SQLiteError) -> Bool {
            guard access(path, F_OK) == 0 else { return false }
            guard link(path, aside) == 0 else { throw .cannotPlace(aside) }
            for suffix in ["-wal", "-shm", "-journal"] where access(path + suffix, F_OK) == 0 {
                guard rename(path + suffix, aside + suffix) == 0 else { throw .cannotPlace(aside + suffix) }
            }
            guard FileText.syncDirectory(of: path) else { throw .cannotPlace(aside) }
            return true
        }
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
    }

    private static func copyBytes(of source: String, to destination: String, isNeeded: Bool) throws(SQLiteError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else {
            if isNeeded { throw .cannotRead(source) }
            return
        }
        defer { close(input) }
        let output = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { throw .cannotPlace(destination) }
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(input, &buffer, buffer.count)
            guard count >= 0 else { throw .cannotRead(source) }
            if count == 0 { break }
            guard write(output, buffer, count) == count else { throw .cannotPlace(destination) }
        }
        guard fsync(output) == 0 else { throw .cannotPlace(destination) }
    }
}

extension Timestamp {
    /// Without what is awkward in a file's name: `20260131T090500.123Z`.
    fileprivate var compact: String { description.filter { $0 != "-" && $0 != ":" } }
}

extension LedgerCheck.Finding {
    /// What was found, as the end of a sentence.
    var words: String {
        switch self {
        case .damaged(let words): words
        case .broken(let rule, let by): "it breaks the rule that \(rule), by \(by)"
        }
    }
}

extension SQLiteError {
    fileprivate static func unusableCopy(path: String, _ cause: Self) -> Self {
        switch cause.code {
        case .newerSchema, .foreignDatabase: cause
        default:
            Self(
                code: .unusableCopy, call: cause.call,
                message: "\(path) cannot be restored from: \(cause.message); nothing was changed: try an older backup")
        }
    }

    fileprivate static func cannotRead(_ path: String) -> Self {
        Self(code: .cannotOpen, call: "open", message: "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }

    fileprivate static func cannotPlace(_ path: String) -> Self {
        Self(
            code: .cannotOpen, call: "rename",
            message: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
