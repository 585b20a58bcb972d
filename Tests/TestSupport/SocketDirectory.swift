import Glibc

/// A directory for sockets, removed with what is in it when it is dropped. Short: a socket's path has 107 bytes.
package final class SocketDirectory: Sendable {
    /// Where it is.
    package let path: String

    /// Makes one; nil when that is not possible.
    package init?() {
        var template = Array("/tmp/slipway-http-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["/s", "/run/slipway.sock"] { unlink(path + name) }
        rmdir(path + "/run")
        rmdir(path)
    }

    /// Leaves a socket that nobody listens on, as a process does that was killed.
    package func leaveStaleSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
