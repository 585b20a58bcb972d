import Glibc
import Synchronization
import TestSupport

/// A server on a loopback port that takes every request for a WebSocket and sends back what it gets.
final class EchoSocket: Sendable {
    let port: Int
    private let listener: Int32

    /// What the system would not do.
    struct Unusable: Error {
        let code: Int32
    }

    init() throws {
        port = QuietPort.next()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0, listen(listener, 16) == 0 else { throw Unusable(code: errno) }
        Self.start { [listener] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                Self.start { Self.echo(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(run: body)).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, box)
        pthread_detach(thread)
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func echo(_ connection: Int32) {
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        var head = ""
        while !head.contains("\r\n\r\n") {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            head += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let answer = Array("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".utf8)
        guard send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
        while true {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0, send(connection, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
        }
    }
}

/// Somebody who holds a WebSocket open through a proxy.
struct SocketVisitor {
    private let client: RawClient

    /// Opens it; nil where the proxy does not let it through.
    init?(port: Int, host: String) {
        guard let client = RawClient(port: port) else { return nil }
        client.send(
            "GET / HTTP/1.1\r\nHost: \(host)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        guard client.receive(until: "\r\n\r\n")?.contains(" 101 ") == true else { return nil }
        self.client = client
    }

    /// Whether what is sent comes back.
    func echoes(_ text: String) -> Bool {
        client.send(text)
        return client.receive(until: text) == text
    }
}
