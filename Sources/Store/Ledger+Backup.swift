import Glibc
import Lifecycle
package import SQLite
import Synchronization

extension Ledger {
    private static let backupPool = BlockingPool(name: "slipway.store.backup", width: 1)

    /// Writes a copy of the whole database, as it is at one moment, to `destination`, replacing what is there.
    ///
    /// The ledger goes on working meanwhile. When the task is cancelled it ends with
    /// ``SQLiteError/Code/interrupted``; a copy that did not end well leaves nothing behind.
    nonisolated package func backup(to destination: String) async throws(SQLiteError) {
        let path = path
        let flag = CancellationFlag()
        let job: @Sendable () throws(SQLiteError) -> Void = { () throws(SQLiteError) in
            // A connection of its own: in WAL mode a reader stops no writer.
            let connection = try Connection(path: path, access: .readOnly)
            try Self.copy(connection, to: destination) { !flag.isRaised }
        }
        try await Self.backupPool.run(onCancel: { flag.raise() }, job)
    }

    /// Copies the database to a path that shows the copy only once it is whole.
    static func copy(
        _ connection: borrowing Connection, to destination: String, while goesOn: () -> Bool = { true }
    ) throws(SQLiteError) {
        let partial = destination + ".partial"
        remove(partial)
        do throws(SQLiteError) {
            try connection.backup(to: partial, while: goesOn)
            guard rename(partial, destination) == 0 else {
                throw SQLiteError(
                    code: .cannotOpen, call: "rename: \(destination)", message: String(cString: strerror(errno)))
            }
        } catch {
            remove(partial)
            throw error
        }
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
