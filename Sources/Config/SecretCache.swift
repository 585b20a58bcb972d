import Glibc
package import Model
import Synchronization

/// Secrets that are needed often, each read again when its file is another than before.
///
/// A look at the file's inode costs a microsecond; so a rotated secret counts from the next use on.
package final class SecretCache: Sendable {
    /// What tells one state of a file from the next.
    private struct Mark: Equatable {
        let device: dev_t
        let inode: ino_t
        let size: off_t
        let changedAt: Int64
        let modifiedAt: Int64
    }

    private struct Entry {
        let mark: Mark
        let secret: Secret<String>
    }

    /// A file that changed this recently may change again without another time of its own: the kernel's clock for
    /// files goes in steps of milliseconds. Nanoseconds.
    private static let settling: Int64 = 2_000_000_000

    private let entries = Mutex<[SecretSource: Entry]>([:])

    /// Nothing is read yet.
    package init() {}

    /// The secret as its file has it now.
    package func load(_ source: SecretSource) throws(ConfigError) -> Secret<String> {
        guard case .file(let path) = source, let mark = Self.mark(of: path) else { return try source.load() }
        if let entry = entries.withLock({ $0[source] }), entry.mark == mark { return entry.secret }
        let secret = try source.load()
        // Kept only when the file was the same before and after, and has been for a while.
        let isKept = Self.mark(of: path) == mark && Self.now - max(mark.changedAt, mark.modifiedAt) > Self.settling
        entries.withLock { $0[source] = isKept ? Entry(mark: mark, secret: secret) : nil }
        return secret
    }

    /// Whether the next use will not read the file, unless it changes.
    func isKept(_ source: SecretSource) -> Bool { entries.withLock { $0[source] != nil } }

    private static func mark(of path: String) -> Mark? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Mark(
            device: status.st_dev, inode: status.st_ino, size: status.st_size,
            changedAt: nanoseconds(status.st_ctim), modifiedAt: nanoseconds(status.st_mtim))
    }

    /// The wall clock, which files are dated by.
    private static var now: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return nanoseconds(now)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
