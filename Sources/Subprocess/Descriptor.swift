import CLinux
import Glibc

/// A file descriptor that is closed when its owner lets go of it; never inherited by children.
struct Descriptor: ~Copyable {
    let raw: Int32

    init(raw: Int32) { self.raw = raw }

    deinit { close(raw) }

    /// Opens a file by its path.
    static func opening(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SpawnError) -> Descriptor {
        let raw = open(path, flags | O_CLOEXEC, mode)
        guard raw >= 0 else { throw .failed("open", of: path) }
        return Descriptor(raw: raw)
    }

    /// Becomes ready to read when the process ends.
    static func ofProcess(_ pid: pid_t) throws(SpawnError) -> Descriptor {
        let raw = slipway_pidfd_open(pid)
        guard raw >= 0 else { throw .failed("pidfd_open") }
        _ = fcntl(raw, F_SETFD, FD_CLOEXEC)
        return Descriptor(raw: raw)
    }

    /// Makes reads and writes return at once; only for the ends that stay ours.
    func setNonBlocking() { _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK) }
}

/// Two connected descriptors: what is written to one is read from the other.
struct PipeEnds: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    /// A pipe, for a child's output.
    static func pipe() throws(SpawnError) -> PipeEnds {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .failed("pipe2") }
        return PipeEnds(reading: Descriptor(raw: ends[0]), writing: Descriptor(raw: ends[1]))
    }

    /// A pair of sockets, for a child's input: unlike a pipe it can be written to without SIGPIPE (send(2)).
    static func sockets() throws(SpawnError) -> PipeEnds {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .failed("socketpair") }
        return PipeEnds(reading: Descriptor(raw: ends[0]), writing: Descriptor(raw: ends[1]))
    }
}
