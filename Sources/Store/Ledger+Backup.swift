import Glibc
import Lifecycle
package import Model
package import SQLite
import Synchronization

extension Ledger {
    private static let backupPool = BlockingPool(name: "slipway.store.backup", width: 1)

    /// How long a copy may take: while it is made, the write-ahead log grows.
    static let backupLimit = Duration.seconds(300)

    /// Writes a copy of the whole database, as it is at one moment, to `destination`, replacing what is there.
    ///
    /// The ledger goes on working meanwhile. When the task is cancelled it ends with
    /// ``SQLiteError/Code/interrupted``; a copy that did not end well leaves nothing behind. The copy says in itself
    /// that it is one, so that a daemon that finds it in the place of its database knows.
    ///
    /// - Parameter now: the moment the copy says it is from; before it, everything acknowledged is in it.
    nonisolated package func backup(to destination: String, now: Timestamp) async throws(SQLiteError) {
        let path = path
        let flag = CancellationFlag()
        let deadline = Deadline.after(Self.backupLimit)
        let job: @Sendable () throws(SQLiteError) -> Void = { () throws(SQLiteError) in
            // A connection of its own: in WAL mode a reader stops no writer.
            let connection = try Connection(path: path, access: .readOnly)
            try Self.copy(connection, to: destination, madeAt: now) {
                Failpoint.pass("store.backup.mid")
                return !flag.isRaised && !deadline.hasPassed
            }
        }
        try await Self.backupPool.run(onCancel: { flag.raise() }, job)
    }

    /// Looks through the whole database, beside the ledger, which goes on working; what is found ends the ledger.
    ///
    /// For what a quick check at the start left out.
    nonisolated package func inspect() async throws(SQLiteError) {
        let path = path
        let job: @Sendable () throws(SQLiteError) -> LedgerCheck.Finding? = { () throws(SQLiteError) in
            try LedgerCheck.finding(in: Connection(path: path, access: .readOnly), .full)
        }
        guard let finding = try await Self.backupPool.run(job) else { return }
        let error = SQLiteError.found(finding, path: path).advising(path: path)
        await giveUp(error)
        throw error
    }

    /// Copies the database to a path that shows the copy only once it is whole.
    static func copy(
        _ connection: borrowing Connection, to destination: String, madeAt moment: Timestamp? = nil,
        while goesOn: () -> Bool = { true }
    ) throws(SQLiteError) {
        let partial = destination + ".partial"
        remove(partial)
        do throws(SQLiteError) {
            try connection.backup(to: partial, while: goesOn)
            if let moment { try mark(partial, madeAt: moment) }
            guard rename(partial, destination) == 0, FileText.syncDirectory(of: destination) else {
                throw SQLiteError(
                    code: .cannotOpen, call: "rename: \(destination)", message: String(cString: strerror(errno)))
            }
        } catch {
            remove(partial)
            throw error
        }
    }

    private static func mark(_ path: String, madeAt moment: Timestamp) throws(SQLiteError) {
        let copy = try Connection(path: path, access: .readWrite)
        // One file, with nothing beside it.
        _ = try copy.first("PRAGMA journal_mode = DELETE") { $0.text(0) }
        try copy.run("UPDATE meta SET copied_at = ?", [.integer(moment.milliseconds)])
        try copy.close()
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
    }
}

/// Raised once, from any thread.
private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)
    var isRaised: Bool { flag.load(ordering: .relaxed) }
    func raise() { flag.store(true, ordering: .relaxed) }
}
