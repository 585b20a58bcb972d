import Glibc

/// Clients that send a body a byte a second, for as long as their input is open.
enum SlowClients {
    /// Opens that many connections to a port of 127.0.0.1, says `ready`, and returns when standard input ends.
    static func run(port: Int, count: Int) {
        let open = (0..<count).compactMap { _ in connection(to: port) }
        print("ready \(open.count)")
        fflush(nil)
        var polled = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        while poll(&polled, 1, 1000) == 0 {
            for descriptor in open { _ = send(descriptor, " ", 1, Int32(MSG_NOSIGNAL)) }
        }
        for descriptor in open { close(descriptor) }
    }

    private static let head =
        "POST /hooks/shop HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 6400\r\n\r\n"

    private static func connection(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, send(descriptor, head, head.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
