import Glibc
import Synchronization
import TestSupport

/// A server on a Unix socket that reads requests and answers with bytes as given, one connection at a time.
final class ScriptedServer: Sendable {
    /// What is done with one request.
    enum Answer: Sendable {
        /// These bytes; the connection stays open.
        case bytes(String)
        /// These bytes, again and again, for as long as they are taken.
        case endless(String, head: String)
        /// These bytes, and the connection is closed.
        case closing(String)
        /// Nothing, until the other side closes the connection.
        case silence
    }

    /// What the system would not do.
    struct Unusable: Error {
        let code: Int32
    }

    private struct State {
        var requests: [String] = []
        var connections = 0
    }

    let socketPath: String
    private let directory: TemporaryDirectory
    private let listener: Int32
    private let answers: @Sendable (String) -> Answer
    private let state = Mutex(State())

    /// The requests so far: head and body.
    var requests: [String] { state.withLock { $0.requests } }
    /// How many connections were made so far.
    var connections: Int { state.withLock { $0.connections } }

    init(_ answers: @escaping @Sendable (String) -> Answer) throws {
        directory = try TemporaryDirectory()
        socketPath = directory.path(of: "s")
        self.answers = answers
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, length) }
        }
        guard status == 0, listen(listener, 16) == 0 else { throw Unusable(code: errno) }
        var thread = pthread_t()
        pthread_create(&thread, nil, Self.body, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Ends the server; its thread holds it until then.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context else { return nil }
        Unmanaged<ScriptedServer>.fromOpaque(context).takeRetainedValue().serve()
        return nil
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            state.withLock { $0.connections += 1 }
            while let request = readRequest(connection), handle(request, connection) {}
            close(connection)
        }
        close(listener)
    }

    private func handle(_ request: String, _ connection: Int32) -> Bool {
        state.withLock { $0.requests.append(request) }
        switch answers(request) {
        case .bytes(let text): return write(text, to: connection)
        case .closing(let text):
            _ = write(text, to: connection)
            return false
        case .endless(let text, let head):
            _ = write(head, to: connection)
            while write(text, to: connection) {}
            return false
        case .silence:
            var byte: UInt8 = 0
            while read(connection, &byte, 1) > 0 {}
            return false
        }
    }

    private func write(_ text: String, to connection: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// One request with its body, by length or in chunks; nil when the connection ends.
    private func readRequest(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isComplete(bytes) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func isComplete(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
        let head = text[..<end.lowerBound].lowercased()
        if head.contains("transfer-encoding: chunked") { return text.hasSuffix("0\r\n\r\n") }
        let lengths = head.split(separator: "\r\n").filter { $0.hasPrefix("content-length:") }
        let length = lengths.first.flatMap { Int($0.dropFirst("content-length: ".count)) } ?? 0
        return text[end.upperBound...].utf8.count >= length
    }
}
