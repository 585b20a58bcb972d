import Glibc
import Lifecycle
import Model

/// The right to use a state directory: one process has it, until it ends or the value dies.
///
/// flock(2) on the file `lock` in the directory, which names its holder. The file stays when the lock is given
/// up: removing it would let two processes lock two files. Children do not inherit it (close-on-exec).
package struct StateLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// Takes the directory, which is made if it does not exist; never waits.
    package init(directory: String) throws(StateLockError) {
        let descriptor = try Self.open(directory)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let text = Self.contents(of: descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else { throw Self.unusable("lock", directory, code) }
            throw .held(Self.living(LockHeld(directory: directory, text: text)))
        }
        self.descriptor = descriptor
        let since = Timestamp(milliseconds: WallClock.milliseconds())
        // A disk too full to name the holder is no reason not to start: the lock itself needs no space.
        replaceContents(LockHeld.text(pid: getpid(), since: since, command: CommandLine.arguments))
    }

    deinit {
        _ = ftruncate(descriptor, 0)
        close(descriptor)
    }

    /// Gives the directory up; so does the end of the value, or of the process.
    package consuming func release() {}

    private static func open(_ directory: String) throws(StateLockError) -> Int32 {
        makeDirectories(directory)
        let descriptor = Glibc.open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw unusable("open the lock of", directory, errno) }
        return descriptor
    }

    private static func unusable(_ what: String, _ directory: String, _ code: Int32) -> StateLockError {
        .unusable("cannot \(what) the state directory \(directory): \(String(cString: strerror(code)))")
    }

    /// Makes the directory and those above it, for their owner alone. What fails shows when the lock is opened.
    private static func makeDirectories(_ path: String) {
        var partial = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            partial += "/\(component)"
            mkdir(partial, 0o700)
        }
    }

    /// Between taking the lock and writing its name a holder is preceded by the name of the last one,
    /// whom nobody should be sent to: a process that does not exist is not named.
    private static func living(_ holder: LockHeld) -> LockHeld {
        guard let pid = holder.pid, kill(pid, 0) != 0, errno == ESRCH else { return holder }
        return LockHeld(directory: holder.directory, pid: nil, since: nil, command: nil)
    }

    private static func contents(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private borrowing func replaceContents(_ text: String) {
        _ = ftruncate(descriptor, 0)
        let bytes = Array(text.utf8)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}
