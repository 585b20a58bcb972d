import Dispatch
import Glibc
import Synchronization

extension Spawn {
    /// Starts a command in a session of its own that outlives us, and returns the number of its process.
    ///
    /// Its standard input is `/dev/null`; both its outputs are appended to the file at `logPath`, which only
    /// its owner can read. Should it end while we live, it is reaped.
    package static func detached(_ command: Command, logPath: String) throws(SpawnError) -> Int32 {
        let null = try Descriptor.opening("/dev/null", O_RDONLY)
        let log = try Descriptor.opening(logPath, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
        let pid = try start(command, input: null.raw, output: log.raw, errorOutput: log.raw, membership: .ownSession)
        Reaper.shared.watch(pid)
        return pid
    }
}

/// Waits for detached processes, so that none is left as a zombie.
private final class Reaper: Sendable {
    static let shared = Reaper()

    private let sources = Mutex<[pid_t: any DispatchSourceRead]>([:])
    private let queue = DispatchQueue(label: "slipway.reaper")

    /// Reaps the process once it ends.
    func watch(_ pid: pid_t) {
        guard let descriptor = try? Descriptor.ofProcess(pid) else { return }
        // The source owns a duplicate, which it closes itself.
        let raw = dup(descriptor.raw)
        guard raw >= 0 else { return }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        sources.withLock { sources in
            let source = DispatchSource.makeReadSource(fileDescriptor: raw, queue: queue)
            source.setEventHandler(handler: { [self] in end(pid) })
            source.setCancelHandler(handler: { close(raw) })
            source.resume()
            sources[pid] = source
        }
    }

    private func end(_ pid: pid_t) {
        _ = Spawn.reap(pid)
        sources.withLock { $0.removeValue(forKey: pid)?.cancel() }
    }
}
