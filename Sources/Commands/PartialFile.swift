import Glibc

/// A file that is written beside the one it will replace, and takes its place in one step.
///
/// For its owner alone. One that is dropped before it took the place leaves nothing behind.
final class PartialFile {
    /// Where it is written.
    let path: String
    private let destination: String
    private var descriptor: Int32

    /// Begins a file that will be at `destination`.
    init(replacing destination: String) throws(CommandProblem) {
        self.destination = destination
        path = destination + ".partial"
        unlink(path)
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.problem(destination) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
        unlink(path)
    }

    /// Writes what comes next.
    func append(_ bytes: [UInt8]) throws(CommandProblem) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            guard count > 0 else { throw Self.problem(destination) }
            written += count
        }
    }

    /// Ends it; it is on disk when this returns.
    func close() throws(CommandProblem) {
        guard fsync(descriptor) == 0, Glibc.close(descriptor) == 0 else { throw Self.problem(destination) }
        descriptor = -1
    }

    /// Puts it where it belongs.
    func place() throws(CommandProblem) {
        guard rename(path, destination) == 0 else { throw Self.problem(destination) }
        let directory = destination.lastIndex(of: "/").map { String(destination[...$0]) } ?? "."
        let opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return }
        fsync(opened)
        Glibc.close(opened)
    }

    private static func problem(_ path: String) -> CommandProblem {
        .failed("\(clean(path)) cannot be written: \(String(cString: strerror(errno)))", hint: nil)
    }
}
