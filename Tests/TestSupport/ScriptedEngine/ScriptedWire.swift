import Glibc
import Synchronization

/// One request to the scripted engine.
struct ScriptedRequest: Sendable {
    let method: String
    /// The path without the API's version and without the query.
    let path: String
    let query: [String: String]
    let body: [UInt8]

    /// The parts of the path, unescaped.
    var parts: [String] {
        path.split(separator: "/").map { SocketText.unescaped($0) }
    }
}

/// The connection a request came on, to be answered once.
final class ScriptedConnection: Sendable {
    private let descriptor: Int32
    private let byteLimit = Mutex<Int?>(nil)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// From here on only so many bytes are sent, and then the connection is closed.
    func limit(to bytes: Int) { byteLimit.withLock { $0 = bytes } }

    /// Sends bytes; false: the other end does not take them, or the limit is reached.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        let allowed = byteLimit.withLock { limit -> Int in
            guard let left = limit else { return bytes.count }
            limit = max(0, left - bytes.count)
            return min(left, bytes.count)
        }
        guard SocketBytes.send(bytes.prefix(allowed), to: descriptor) else { return false }
        if allowed < bytes.count { shut() }
        return allowed == bytes.count
    }

    /// Sends a whole answer.
    func answer(_ status: Int, _ body: [UInt8], headers: [(String, String)] = []) {
        var head = "HTTP/1.1 \(status) \(status < 300 ? "OK" : "Answer")\r\nContent-Type: application/json\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if status == 204 || status == 304 {
            send(Array((head + "\r\n").utf8))
        } else {
            send(Array((head + "Content-Length: \(body.count)\r\n\r\n").utf8) + body)
        }
    }

    /// Begins an answer whose length is not known; pieces follow.
    func begin(_ type: String = "application/json") {
        send(Array("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
    }

    /// Sends one piece of such an answer; an empty one is its end.
    @discardableResult
    func piece(_ bytes: [UInt8]) -> Bool {
        send(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8))
    }

    /// Waits up to that long; false as soon as the other end has gone.
    func isOpen(after pause: Duration = .zero) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = pause.components.seconds * 1000 + pause.components.attoseconds / 1_000_000_000_000_000
        guard poll(&polled, 1, Int32(clamping: milliseconds)) > 0 else { return true }
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// Closes both directions; whoever reads or writes here ends.
    func shut() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

/// A server of HTTP/1.1 on a Unix socket, a thread for each connection.
final class ScriptedWire: Sendable {
    private struct State {
        var isOpen = true
        var open: [Int32: ScriptedConnection] = [:]
    }

    private let listener: Int32
    private let state = Mutex(State())
    private let handle: @Sendable (ScriptedRequest, ScriptedConnection) -> Void

    /// What the system would not do.
    struct Unusable: Error {
        let code: Int32
    }

    init(path: String, _ handle: @escaping @Sendable (ScriptedRequest, ScriptedConnection) -> Void) throws {
        self.handle = handle
        unlink(path)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0, listen(listener, 256) == 0 else {
            let code = errno
            close(listener)
            throw Unusable(code: code)
        }
        OwnThread.start { self.accept() }
    }

    /// Takes no more connections and drops those there are.
    func stop() {
        state.withLock { state in
            guard state.isOpen else { return }
            state.isOpen = false
            shutdown(listener, Int32(SHUT_RDWR))
            for connection in state.open.values { connection.shut() }
        }
    }

    private func accept() {
        while true {
            let descriptor = SocketBytes.accept(on: listener)
            guard descriptor >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            let connection = ScriptedConnection(descriptor)
            let isOpen = state.withLock { state in
                if state.isOpen { state.open[descriptor] = connection }
                return state.isOpen
            }
            guard isOpen else {
                close(descriptor)
                break
            }
            OwnThread.start {
                while let request = Self.request(from: descriptor) {
                    self.handle(request, connection)
                    guard connection.isOpen() else { break }
                }
                self.state.withLock { _ = $0.open.removeValue(forKey: descriptor) }
                close(descriptor)
            }
        }
        close(listener)
    }

    /// The next request with its body, by length or in chunks; nil when the connection ends before it is whole.
    private static func request(from descriptor: Int32) -> ScriptedRequest? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        func more() -> Bool {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return false }
            bytes += buffer[..<count]
            return true
        }
        let blank = Array("\r\n\r\n".utf8)
        var searched = 0
        while bytes[searched...].firstRange(of: blank) == nil {
            searched = max(0, bytes.count - 3)
            guard more() else { return nil }
        }
        guard let end = bytes.firstRange(of: blank) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            headers[line[..<colon].lowercased()] = line[colon...].dropFirst().filter { $0 != " " }
        }
        bytes.removeSubrange(..<end.upperBound)
        var body: [UInt8] = []
        if headers["transfer-encoding"]?.lowercased() == "chunked" {
            var position = 0
            while true {
                guard let line = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
                    guard more() else { return nil }
                    continue
                }
                let digits = bytes[position..<line].prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: ";") }
                guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
                while bytes.count < line + 1 + size + 2 { guard more() else { return nil } }
                body += bytes[(line + 1)..<(line + 1 + size)]
                position = line + 1 + size + 2
                if size == 0 { break }
            }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            while bytes.count < length { guard more() else { return nil } }
            body = Array(bytes[..<length])
        }
        return ScriptedRequest(words[0], target: words[1], body: body)
    }
}

extension ScriptedRequest {
    init(_ method: Substring, target: Substring, body: [UInt8]) {
        let pieces = target.split(separator: "?", maxSplits: 1)
        var path = pieces.first.map(String.init) ?? "/"
        let first = path.split(separator: "/").first ?? ""
        if first.hasPrefix("v1.") { path = String(path.dropFirst(first.count + 1)) }
        var query: [String: String] = [:]
        for pair in (pieces.count > 1 ? pieces[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            query[SocketText.unescaped(sides[0])] = sides.count > 1 ? SocketText.unescaped(sides[1]) : ""
        }
        self.init(method: String(method), path: path, query: query, body: body)
    }
}

/// Text as it is in URLs.
enum SocketText {
    /// With the escapes of RFC 3986 taken out.
    static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
