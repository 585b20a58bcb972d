import Glibc
import Synchronization

/// The loopback port of one running container: a listener that answers HTTP, each connection on a thread of its own.
final class ScriptedPort: Sendable {
    /// What a container answers to one request.
    struct Page: Sendable {
        let status: Int
        let body: [UInt8]
    }

    private struct State {
        var isOpen = true
        var connections: Set<Int32> = []
    }

    private let listener: Int32
    private let state = Mutex(State())
    private let page: @Sendable (String) -> Page?

    /// How long a connection may be silent.
    private static let patienceSeconds = 60

    /// Listens on 127.0.0.1; nil: the port is taken.
    ///
    /// - Parameter page: what is answered to a path; nil: nothing at all.
    init?(port: Int, page: @escaping @Sendable (String) -> Page?) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        listener = socket(AF_INET, kind, 0)
        self.page = page
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(listener, 128) == 0 else {
            close(listener)
            return nil
        }
        OwnThread.start { self.accept() }
    }

    /// Stops listening and drops every connection.
    func shut() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            // Its thread closes it. A listener that is shut down refuses from here on.
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            let connection = SocketBytes.accept(on: listener)
            guard connection >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            let isOpen = state.withLock { state in
                if state.isOpen { state.connections.insert(connection) }
                return state.isOpen
            }
            guard isOpen else {
                close(connection)
                break
            }
            OwnThread.start { self.serve(connection) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32) {
        defer {
            state.withLock { _ = $0.connections.remove(connection) }
            close(connection)
        }
        var limit = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
                let count = read(connection, &buffer, buffer.count)
                guard count > 0, bytes.count < 65_536 else { return }
                bytes += buffer[..<count]
                continue
            }
            let words = bytes.prefix { $0 != UInt8(ascii: "\r") }.split(separator: UInt8(ascii: " "))
            bytes.removeSubrange(..<end.upperBound)
            let path = words.count > 1 ? String(decoding: words[1], as: UTF8.self) : "/"
            guard let page = page(path) else {
                // Nothing is ever answered.
                while read(connection, &buffer, buffer.count) > 0 {}
                return
            }
            let head =
                "HTTP/1.1 \(page.status) \(page.status == 200 ? "OK" : "Answer")\r\n"
                + "Content-Type: text/plain\r\nContent-Length: \(page.body.count)\r\n\r\n"
            guard SocketBytes.send(Array(head.utf8) + page.body, to: connection) else { return }
        }
    }
}

/// Taking connections, and sending all of something.
enum SocketBytes {
    /// The next connection, which no child of this process inherits for long; negative with `errno` set.
    static func accept(on listener: Int32) -> Int32 {
        let descriptor = Glibc.accept(listener, nil, nil)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }

    /// False: the other end does not take them.
    static func send(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
