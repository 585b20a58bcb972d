// For sockaddr_storage, whose header the C module happens to own.
import CMicrohttpd
import Glibc

/// A listening socket, open until it is dropped; a Unix socket's file goes with it.
package struct Listener: ~Copyable {
    let descriptor: Int32
    /// Where clients find it, for messages.
    package let address: String
    /// The TCP port; nil for a Unix socket.
    package let port: Int?
    private let file: SocketFile?

    private init(descriptor: Int32, address: String, port: Int?, file: SocketFile?) {
        self.descriptor = descriptor
        self.address = address
        self.port = port
        self.file = file
    }

    deinit {
        file?.removeIfOurs()
        Glibc.close(descriptor)
    }

    /// How many connections the kernel keeps waiting.
    private static let backlog: Int32 = 512

    /// Listens on a numeric address (`127.0.0.1`, `::1`) or `localhost`; port 0 lets the kernel choose.
    package static func tcp(host: String, port: Int) throws(HTTPServerError) -> Listener {
        let subject = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        var hints = addrinfo()
        // Names are not looked up: where the daemon listens must not depend on a resolver.
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host == "localhost" ? "127.0.0.1" : host, String(port), &hints, &found)
        guard code == 0, let info = found else {
            throw HTTPServerError(
                code: code, call: "getaddrinfo",
                message: "\(subject): \(String(cString: gai_strerror(code))); write a numeric address")
        }
        defer { freeaddrinfo(found) }
        let descriptor = try socket(family: info.pointee.ai_family, subject: subject)
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard Glibc.bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
            throw failure("bind", subject, closing: descriptor)
        }
        guard Glibc.listen(descriptor, backlog) == 0 else { throw failure("listen", subject, closing: descriptor) }
        let bound = boundPort(of: descriptor) ?? port
        return Listener(descriptor: descriptor, address: subject, port: bound, file: nil)
    }

    /// Listens on a Unix socket that the owner and the group may use (0660), in a directory made 0750 if missing.
    ///
    /// The file of a process that is gone is replaced. When somebody answers there, this throws `EADDRINUSE`.
    package static func unix(path: String) throws(HTTPServerError) -> Listener {
        var address = try unixAddress(path)
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if !directory.isEmpty, mkdir(directory, 0o750) != 0, errno != EEXIST {
            throw .system("mkdir", directory)
        }
        // Two daemons that start at once must not both find a stale file: one at a time.
        let lock = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw .system("open", directory) }
        defer { Glibc.close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .system("flock", directory) }
        }
        try removeStale(path, address)
        let descriptor = try socket(family: AF_UNIX, subject: path)
        // The file is created with the mode of the socket less the umask, so nobody else gets in meanwhile.
        fchmod(descriptor, 0o660)
        let isBound = withAddress(of: &address) { Glibc.bind(descriptor, $0, $1) == 0 }
        guard isBound else { throw failure("bind", path, closing: descriptor) }
        guard chmod(path, 0o660) == 0 else { throw failure("chmod", path, closing: descriptor) }
        guard Glibc.listen(descriptor, backlog) == 0 else { throw failure("listen", path, closing: descriptor) }
        return Listener(descriptor: descriptor, address: path, port: nil, file: SocketFile(path: path))
    }

    private static func socket(family: Int32, subject: String) throws(HTTPServerError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(family, kind, 0)
        guard descriptor >= 0 else { throw .system("socket", subject) }
        return descriptor
    }

    private static func failure(_ call: String, _ subject: String, closing descriptor: Int32) -> HTTPServerError {
        let error = HTTPServerError.system(call, subject)
        Glibc.close(descriptor)
        return error
    }

    private static func boundPort(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        guard isKnown else { return nil }
        // sin_port and sin6_port are at the same place: ip(7), ipv6(7).
        return withUnsafeBytes(of: &storage) { Int($0[2]) << 8 | Int($0[3]) }
    }

    private static func unixAddress(_ path: String) throws(HTTPServerError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        // unix(7): the path and its end must fit into sun_path.
        guard !bytes.isEmpty, !bytes.contains(0), bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw HTTPServerError(
                code: ENAMETOOLONG, call: "bind", message: "\(path): a socket's path has 1 to 107 bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func withAddress<Result>(
        of address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Removes a socket that nobody listens on any more; throws when somebody does, or when it is no socket.
    private static func removeStale(_ path: String, _ address: sockaddr_un) throws(HTTPServerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw HTTPServerError(code: EEXIST, call: "bind", message: "\(path): there is something else than a socket")
        }
        let probe = try socket(family: AF_UNIX, subject: path)
        defer { Glibc.close(probe) }
        var address = address
        let isRefused = withAddress(of: &address) { Glibc.connect(probe, $0, $1) != 0 } && errno == ECONNREFUSED
        guard isRefused else {
            throw HTTPServerError(code: EADDRINUSE, call: "bind", message: "\(path): another process listens there")
        }
        guard unlink(path) == 0 else { throw .system("unlink", path) }
    }
}

/// The file of a Unix socket, recognised by its inode.
private struct SocketFile {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Removes the file unless another process has put its own there.
    func removeIfOurs() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unlink(path)
    }
}
