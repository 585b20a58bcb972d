import Glibc

/// Where processes listen, as the kernel says: proc(5), `/proc/<pid>/net/tcp`.
package struct ListeningPorts: Sendable, Hashable {
    /// One socket that takes connections.
    package struct Socket: Sendable, Hashable {
        /// The port.
        package var port: Int
        /// Whether only the same host, or the inside of the same container, can reach it.
        package var isLoopbackOnly: Bool
        /// The socket's inode, which the descriptors of its process name.
        package var inode: String
    }
    /// The sockets, in no order that matters.
    package var sockets: [Socket]

    /// The sockets of the network that a process is in; nil where that cannot be read.
    package static func ofNetwork(of pid: Int) -> Self? {
        guard let first = text(ofFile: "/proc/\(pid)/net/tcp") else { return nil }
        return Self(tables: [first, text(ofFile: "/proc/\(pid)/net/tcp6") ?? ""])
    }

    /// The sockets in tables of the kernel's form.
    package init(tables: [String]) {
        sockets = tables.flatMap { $0.split(separator: "\n").dropFirst().compactMap(Self.socket) }
    }

    /// Whether somebody outside can connect to the port.
    package func isReachable(_ port: Int) -> Bool { sockets.contains { $0.port == port && !$0.isLoopbackOnly } }

    /// `  0: 0100007F:1F90 00000000:0000 0A …`: the state 0A is TCP_LISTEN of the kernel's tcp_states.h.
    private static func socket(_ line: Substring) -> Socket? {
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A" else { return nil }
        let local = fields[1].split(separator: ":")
        guard local.count == 2, let port = Int(local[1], radix: 16) else { return nil }
        return Socket(port: port, isLoopbackOnly: isLoopback(local[0]), inode: String(fields[9]))
    }

    /// Addresses are words in the byte order of the host: on every machine Slipway runs on, the first byte comes last.
    private static func isLoopback(_ address: Substring) -> Bool {
        switch address.utf8.count {
        case 8: address.hasSuffix("7F")
        case 32:
            address == "00000000000000000000000001000000"
                || (address.hasPrefix("0000000000000000FFFF0000") && address.hasSuffix("7F"))
        default: false
        }
    }

    /// The process that has the socket for a port open, `nginx (pid 123)`; nil where that cannot be seen.
    package static func holder(ofPort port: Int) -> String? {
        guard let sockets = ofNetwork(of: Int(getpid()))?.sockets.filter({ $0.port == port }), !sockets.isEmpty else {
            return nil
        }
        let links = Set(sockets.map { "socket:[\($0.inode)]" })
        for pid in DirectoryNames.all(in: "/proc").compactMap({ Int($0) }) {
            let directory = "/proc/\(pid)/fd"
            if DirectoryNames.all(in: directory).contains(where: {
                links.contains(target(ofLink: "\(directory)/\($0)"))
            }) {
                let name = text(ofFile: "/proc/\(pid)/comm")?.split(separator: "\n").first.map(String.init)
                return "\(name ?? "a process") (pid \(pid))"
            }
        }
        return nil
    }

    private static func target(ofLink path: String) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    }

    /// Files of proc(5) say they are empty: they are read until their end.
    private static func text(ofFile path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 4 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 { return nil }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
