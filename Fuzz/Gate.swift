import Dispatch
import Glibc
import HTTPServer
import Synchronization

/// Lines: method, target, version, then fields. What is admitted must leave no doubt about its length.
func head(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }[...]
    var parts = HeadGate.Parts(
        method: lines.popFirst() ?? [], target: lines.popFirst() ?? [], version: lines.popFirst() ?? [])
    for line in lines {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        parts.fields.append((Array(line[..<colon]), Array(line[colon...].dropFirst())))
    }
    guard case .success(let head) = HeadGate.head(of: parts, peer: .network) else { return }
    precondition(head.contentLength >= 0)
    precondition(head.fields.count { $0.name == "content-length" } <= 1)
    precondition(!head.fields.contains { $0.name == "transfer-encoding" })
    precondition(head.fields.count { $0.name == "host" } <= 1)
    for field in head.fields { precondition(field.value.utf8.allSatisfy { $0 != 0x0d && $0 != 0x0a && $0 != 0 }) }
    for segment in head.target.segments { precondition(segment != ".." && !segment.contains("/")) }
}

/// Bytes sent to the real server, library and all. It must not take anything for a request that a strict reader does
/// not find in them, one after the other from the first byte on.
func wire(_ bytes: [UInt8]) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: house.path.utf8) }
    let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
        }
    }
    precondition(isConnected, "the server does not listen any more")
    house.handled.withLock { $0 = [] }
    _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    shutdown(descriptor, Int32(SHUT_WR))
    var buffer = [UInt8](repeating: 0, count: 4096)
    while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
    let strict = StrictReading(bytes).requests
    let handled = house.handled.withLock { $0 }
    precondition(handled.count <= strict.count, "\(handled) were found in what has only \(strict)")
    for (one, other) in zip(handled, strict) { precondition(one == other, "\(one) was found in place of \(other)") }
}

/// A request as it was understood: method and length of the body.
private struct Understood: Equatable, CustomStringConvertible {
    let method: String
    let length: Int
    var description: String { "\(method) \(length)" }
}

/// The server, for as long as the process lives.
private final class House: Sendable {
    let path = "/tmp/slipway-fuzz-\(getpid()).sock"
    let handled = Mutex<[Understood]>([])
    private let server = Mutex<Server?>(nil)

    init() {
        signal(SIGPIPE, SIG_IGN)
        guard
            let server = try? Server(
                listener: .unix(path: path), admit: { _ in .admitted(bodyLimit: 1000) },
                handle: { [self] request, responder in
                    handled.withLock { $0.append(Understood(method: request.head.method, length: request.body.count)) }
                    responder.answer(.text(200, "good"))
                })
        else { fatalError("no server") }
        self.server.withLock { $0 = server }
        atexit { unlink("/tmp/slipway-fuzz-\(getpid()).sock") }
    }
}

private let house = House()

/// What RFC 9112 finds in bytes, if nothing is forgiven.
private struct StrictReading {
    private(set) var requests: [Understood] = []

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        // RFC 9112, section 2.2: empty lines before a request line may be passed over.
        while rest.starts(with: [0x0d, 0x0a]) { rest = rest.dropFirst(2) }
        while let request = Self.next(&rest) {
            requests.append(request)
            while rest.starts(with: [0x0d, 0x0a]) { rest = rest.dropFirst(2) }
        }
    }

    private static func next(_ rest: inout ArraySlice<UInt8>) -> Understood? {
        guard let first = line(&rest) else { return nil }
        let words = first.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0", words[1].hasPrefix("/") else {
            return nil
        }
        var lengths: [String] = []
        while true {
            guard let field = line(&rest) else { return nil }
            if field.isEmpty { break }
            guard let colon = field.firstIndex(of: ":"), field[..<colon].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
            else { return nil }
            let name = field[..<colon].lowercased()
            if name == "transfer-encoding" { return nil }
            if name == "content-length" {
                lengths.append(String(field[field.index(after: colon)...].filter { $0 != " " && $0 != "\t" }))
            }
        }
        guard lengths.count <= 1 else { return nil }
        var length = 0
        if let text = lengths.first {
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else {
                return nil
            }
            length = value
        }
        guard rest.count >= length else { return nil }
        rest = rest.dropFirst(length)
        return Understood(method: String(words[0]), length: length)
    }

    /// A line that ends in CR LF and has neither, nor NUL, in it; nil when the next one is none.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let end = rest.firstIndex(where: { $0 == 0x0d || $0 == 0x0a || $0 == 0 }), rest[end] == 0x0d,
            end + 1 < rest.endIndex, rest[end + 1] == 0x0a
        else { return nil }
        defer { rest = rest[(end + 2)...] }
        // Byte for byte, so that no two bytes are one character.
        return String(String.UnicodeScalarView(rest[rest.startIndex..<end].map { Unicode.Scalar($0) }))
    }
}
