import Crypto
import Glibc
import Lifecycle
import Model
import SQLite

/// Makes one copy of the records at a time, and hands it out piece by piece to whoever asked for it.
///
/// The copy lies in the state directory until it was fetched: the daemon writes nowhere else, and whoever fetches it
/// writes with their own rights. It is removed when it has been fetched, or nobody has for a while.
package actor BackupDesk {
    private let path: String
    private let copy: @Sendable (String, Timestamp) async throws(SQLiteError) -> Void
    private let now: @Sendable () -> Timestamp
    private var current: (copy: RecordsCopy, touched: Deadline)?
    private var isCopying = false

    /// How long a copy waits for its next piece to be fetched.
    private static let patience = Duration.seconds(60)
    private static let pool = BlockingPool(name: "slipway.backup", width: 1)

    /// A desk that keeps its copy at `path`; one that an earlier daemon left there is removed.
    init(
        path: String, now: @escaping @Sendable () -> Timestamp,
        copy: @escaping @Sendable (String, Timestamp) async throws(SQLiteError) -> Void
    ) {
        self.path = path
        self.now = now
        self.copy = copy
        unlink(path)
    }

    /// Makes a copy of the records as they are now.
    func make() async throws(RequestProblem) -> RecordsCopy {
        if isCopying || current.map({ !$0.touched.hasPassed }) ?? false {
            throw .conflict("another backup is under way; ask again in a minute")
        }
        isCopying = true
        defer { isCopying = false }
        current = nil
        let moment = now()
        do throws(SQLiteError) {
            try await copy(path, moment)
        } catch {
            throw .unavailable("the records cannot be copied: \(error)")
        }
        var found = stat()
        guard stat(path, &found) == 0 else { throw .unavailable("the copy of the records is gone again") }
        let made = RecordsCopy(
            name: Hexadecimal.text(of: Random.bytes(8)), byteCount: Int(found.st_size), madeAt: moment)
        current = (made, .after(Self.patience))
        return made
    }

    /// The bytes of a copy from there on, as many as a piece has; none at its end.
    func piece(of name: String, from offset: Int) async throws(RequestProblem) -> [UInt8] {
        guard let copy = current?.copy, copy.name == name else {
            throw .notFound("there is no copy '\(printable(name.utf8))' any more; make the backup again")
        }
        current?.touched = .after(Self.patience)
        guard (0...copy.byteCount).contains(offset) else { throw .invalid("offset: the copy is not as long") }
        let path = path
        let length = min(RecordsCopy.pieceByteCount, copy.byteCount - offset)
        let bytes = await Self.pool.run { () -> [UInt8]? in Self.read(path, offset, length) }
        guard let bytes else { throw .unavailable("the copy of the records cannot be read; make the backup again") }
        return bytes
    }

    /// Removes a copy that was fetched.
    func remove(_ name: String) {
        guard current?.copy.name == name else { return }
        current = nil
        unlink(path)
    }

    private static func read(_ path: String, _ offset: Int, _ length: Int) -> [UInt8]? {
        guard length > 0 else { return [] }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: length)
        return pread(descriptor, &bytes, length, off_t(offset)) == length ? bytes : nil
    }
}
