import Glibc
import Synchronization

/// A bare HTTP/1.1 server on a loopback port: one request a connection, a thread for each, targets as they were sent.
package final class LoopbackServer: Sendable {
    /// One request.
    package struct Request: Sendable {
        /// `GET`
        package let method: String
        /// Path and query, still encoded.
        package let target: String
        /// The header's values by lower-case name.
        package let headers: [String: String]
        /// The body's bytes.
        package let body: [UInt8]
    }

    /// What the system would not do.
    package struct Unusable: Error { let code: Int32 }

    /// The port.
    package let port: Int
    private let listener: Int32

    /// Serves at once.
    ///
    /// - Parameter handle: gives the bytes that are sent before the connection is closed; none: closed at once.
    package init(_ handle: @escaping @Sendable (Request) -> [UInt8]) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        guard isOpen else { throw Unusable(code: errno) }
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        OwnThread.start {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard connection >= 0 else { break }
                OwnThread.start {
                    if let request = Self.request(from: connection) { Self.send(handle(request), to: connection) }
                    close(connection)
                }
            }
            close(listener)
        }
    }

    /// Takes no more connections.
    package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// An answer with a JSON body.
    package static func answer(_ status: Int, headers: [String: String] = [:], _ body: [UInt8]) -> [UInt8] {
        var head = "HTTP/1.1 \(status) Answer\r\nContent-Type: application/json\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "Content-Length: \(body.count)\r\n\r\n").utf8) + body
    }

    private static func send(_ bytes: [UInt8], to connection: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func request(from connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        func more() -> Bool {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0, bytes.count < 16 << 20 else { return false }
            bytes += buffer[..<count]
            return true
        }
        let blank = Array("\r\n\r\n".utf8)
        while bytes.firstRange(of: blank) == nil { guard more() else { return nil } }
        guard let end = bytes.firstRange(of: blank) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < end.upperBound + length { guard more() else { return nil } }
        return Request(
            method: words[0], target: words[1], headers: headers,
            body: Array(bytes[end.upperBound..<end.upperBound + length]))
    }
}
