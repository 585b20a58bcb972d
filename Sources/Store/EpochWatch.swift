import Glibc
import Lifecycle
package import SQLite

/// Sees, beside the ledger, whether the records still belong to the daemon that opened them.
///
/// Has a connection and a thread of its own: what asks before each effect on the world does not wait behind
/// transactions that wait for the disk. Never writes.
package actor EpochWatch {
    /// What became of the records.
    package enum Finding: Sendable, Hashable {
        /// They are still ours.
        case ours
        /// Another daemon has opened them since, with that epoch.
        case taken(epoch: Int64)
        /// Another file, or none, is where ours was.
        case replaced
    }

    private let path: String
    private let epoch: Int64
    private let executor = BlockingExecutor(name: "slipway.epoch")
    private var connection: Connection?
    private var file: FileIdentity?

    nonisolated package var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A watch over the database at that path, which was opened with this epoch.
    package init(path: String, epoch: Int64) {
        self.path = path
        self.epoch = epoch
    }

    /// Looks at the database now. What cannot be read throws: unknown is neither ours nor another's.
    package func look() throws(SQLiteError) -> Finding {
        if connection == nil {
            connection = try Connection(path: path, access: .readWrite)
            file = FileIdentity(path: path)
        }
        guard let file, FileIdentity(path: path) == file else { return .replaced }
        let found = try current()
        return found == epoch ? .ours : .taken(epoch: found)
    }

    /// Closes its connection; a later look opens another one.
    package func close() { connection = nil }

    private func current() throws(SQLiteError) -> Int64 {
        switch connection {
        case .some(let connection): try connection.first("SELECT epoch FROM meta") { $0.integer(0) } ?? 0
        case .none: throw .notOpen
        }
    }
}

/// What tells one file from another that has its name: stat(2).
struct FileIdentity: Hashable {
    private let device: dev_t
    private let inode: ino_t

    /// The file at a path; nil when there is none.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = status.st_dev
        inode = status.st_ino
    }
}
