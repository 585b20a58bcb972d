import Crypto
import Glibc
import Lifecycle
import Model
import Store

/// Where the daemon keeps what it keeps, below its state directory.
package struct StatePaths: Sendable {
    /// The state directory.
    package let root: String

    /// The state directory, made if it is missing; readable by its owner only.
    init(_ root: String) throws(StartFailure) {
        self.root = root
        for directory in [root, buildLogs, "\(root)/mirrors", caddy] { try Self.make(directory) }
    }

    /// The records.
    var database: String { "\(root)/slipway.db" }
    /// What the daemon has in hand, for the start after a crash.
    var inHand: String { "\(root)/in-hand" }
    /// A copy of the records while it is fetched.
    var backup: String { "\(root)/backup.db" }
    /// The logs of builds, a file per build.
    var buildLogs: String { "\(root)/logs" }
    /// What the managed Caddy keeps.
    var caddy: String { "\(root)/caddy" }
    /// A project's mirror.
    func mirror(of project: ProjectName) -> String { "\(root)/mirrors/\(project).git" }

    private static func make(_ path: String) throws(StartFailure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST {
                let reason = String(cString: strerror(errno))
                throw StartFailure(
                    message: "the state directory \(path) cannot be made: \(reason)",
                    hint: "make it yourself, or set 'state' in the configuration to a directory you may write to",
                    isHeld: false)
            }
        }
        if access(path, W_OK) != 0 {
            throw StartFailure(
                message: "the state directory \(path) cannot be written to: \(String(cString: strerror(errno)))",
                hint: "change its owner, or set 'state' in the configuration to a directory you may write to",
                isHeld: false)
        }
    }
}

/// Keeps the lock on the state directory for as long as the daemon lives.
final class HeldLock: Sendable {
    private let lock: StateLock

    init(_ paths: StatePaths) throws(StartFailure) {
        do throws(StateLockError) {
            lock = try StateLock(directory: paths.root)
            try DatabaseLock.take(paths.database)
        } catch .held(let holder) {
            throw StartFailure(
                message: "\(holder)", hint: "stop the other daemon, or use another state directory", isHeld: true)
        } catch {
            throw StartFailure(message: "\(error)", hint: nil, isHeld: false)
        }
    }
}

/// What the daemon is called in the labels of everything it makes.
enum Identity {
    /// 12 hexadecimal digits: kept in the state directory, and the same again if that is lost.
    ///
    /// Derived from the machine's id (machine-id(5)) and the directory's path, so that a daemon whose state is gone
    /// still knows its containers.
    static func instance(in paths: StatePaths) throws(StartFailure) -> String {
        let file = "\(paths.root)/instance"
        if let kept = read(file)?.filter({ !$0.isWhitespace }), kept.count == 12, kept.utf8.allSatisfy(\.isHexDigit) {
            return kept
        }
        let machine = read("/etc/machine-id") ?? Hexadecimal.text(of: Random.bytes(16))
        let fresh = String(SHA256.hex(of: Array("slipway instance 1\n\(machine)\n\(paths.root)\n".utf8)).prefix(12))
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let bytes = Array((fresh + "\n").utf8)
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw StartFailure(
                message: "\(file) cannot be written: \(String(cString: strerror(errno)))",
                hint: "free space below the state directory", isHeld: false)
        }
        close(descriptor)
        return fresh
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
