import Glibc

/// The right to use a database file, whatever path leads to it: flock(2) on the file itself, until the process ends.
///
/// The lock of the state directory is a file beside the database, which somebody may remove, and does not see a hard
/// link to the database in another directory; SQLite corrupts a database that is used under two names
/// (https://www.sqlite.org/howtocorrupt.html, 2.4). On Linux flock(2) and SQLite's own locks, which are fcntl(2)'s, do not
/// see each other.
package enum DatabaseLock {
    /// Takes the file, which is made if it does not exist; never waits.
    ///
    /// There is no giving up: closing any descriptor of the file would end SQLite's locks on it (fcntl_locking(2)).
    package static func take(_ path: String) throws(StateLockError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unusable("cannot open \(path): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = holder(of: descriptor)
            close(descriptor)
            // Where a file system has no such locks, the state directory's lock and the epoch are what is left.
            guard code == EWOULDBLOCK else { return }
            throw .held(LockHeld(what: "the database", directory: path, pid: holder, since: nil, command: nil))
        }
    }

    /// The process that has the lock: proc_locks(5); nil when it cannot be seen.
    private static func holder(of descriptor: Int32) -> Int32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        // The table is read piece by piece while others come and go, so one reading may miss a line.
        for _ in 0..<readings {
            if let found = holder(of: status.st_ino, in: table() ?? "") { return found }
        }
        return nil
    }

    private static let readings = 5

    /// The kernel's table of locks.
    private static func table() -> String? {
        let locks = open("/proc/locks", O_RDONLY | O_CLOEXEC)
        guard locks >= 0 else { return nil }
        defer { close(locks) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while text.count < byteLimit {
            let count = read(locks, &buffer, buffer.count)
            guard count > 0 else { break }
            text += buffer[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let byteLimit = 1 << 20

    /// Reads `1: FLOCK  ADVISORY  WRITE 708 00:13:16468 0 EOF`: the fifth word is the process, the sixth the file.
    static func holder(of inode: UInt, in locks: String) -> Int32? {
        for line in locks.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", words[5].split(separator: ":").last == "\(inode)" else {
                continue
            }
            return Int32(words[4]).flatMap { $0 > 0 ? $0 : nil }
        }
        return nil
    }
}
