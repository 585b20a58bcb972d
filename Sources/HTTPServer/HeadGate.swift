/// Our own look at a request's head, stricter than the library's: whatever two readers could understand
/// differently is refused, so that no second request hides in a first one's body (RFC 9112, section 11.2).
package enum HeadGate {
    /// A head as the library hands it over, before anything of it is believed.
    package struct Parts {
        /// The method.
        package var method: [UInt8] = []
        /// What is asked for, as sent.
        package var target: [UInt8] = []
        /// The protocol's version.
        package var version: [UInt8] = []
        /// The header fields, in order.
        package var fields: [(name: [UInt8], value: [UInt8])] = []
        /// Whether the bytes were laid out as one line per field, each ended by CR LF, with nothing else between.
        package var isRegular = true

        /// Parts as given.
        package init(
            method: [UInt8] = [], target: [UInt8] = [], version: [UInt8] = [],
            fields: [(name: [UInt8], value: [UInt8])] = [], isRegular: Bool = true
        ) {
            self.method = method
            self.target = target
            self.version = version
            self.fields = fields
            self.isRegular = isRegular
        }
    }

    /// Most fields a head may have; browsers and Git hosts send fewer than thirty.
    static let fieldLimit = 100
    /// Longest method; the longest registered one has 17 letters.
    static let methodLimit = 20

    /// The head, or the answer it gets.
    package static func head(of parts: Parts, peer: Peer) -> Result<RequestHead, Refusal> {
        guard parts.isRegular else { return refusal(400, "the request's head is malformed") }
        guard parts.method.count <= methodLimit, !parts.method.isEmpty, parts.method.allSatisfy(isUpperCase) else {
            return refusal(400, "the method is malformed")
        }
        let version = String(decoding: parts.version, as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            return refusal(505, "only HTTP/1.1 is spoken here")
        }
        guard let target = RequestTarget(parsing: parts.target) else {
            return refusal(400, "the request's target is malformed")
        }
        guard parts.fields.count <= fieldLimit else { return refusal(431, "too many header fields") }
        var fields: [RequestHead.Field] = []
        fields.reserveCapacity(parts.fields.count)
        for part in parts.fields {
            guard !part.name.isEmpty, part.name.allSatisfy(isTokenByte), part.value.allSatisfy(isValueByte) else {
                return refusal(400, "a header field is malformed")
            }
            fields.append(.init(name: lowercase(part.name), value: trimmed(part.value)))
        }
        let hosts = fields.count { $0.name == "host" }
        guard hosts == 1 || (hosts == 0 && version == "HTTP/1.0") else {
            return refusal(400, "the request needs exactly one Host")
        }
        return contentLength(of: fields).map {
            RequestHead(
                method: String(decoding: parts.method, as: UTF8.self), target: target, fields: fields,
                contentLength: $0, peer: peer)
        }
    }

    /// The answer to a head that is refused.
    package struct Refusal: Error, Sendable, Hashable {
        package let response: Response
    }

    private static func refusal<Value>(_ status: Int, _ reason: String) -> Result<Value, Refusal> {
        .failure(Refusal(response: .text(status, reason)))
    }

    private static func contentLength(of fields: [RequestHead.Field]) -> Result<Int, Refusal> {
        let lengths = fields.filter { $0.name == "content-length" }
        let encodings = fields.filter { $0.name == "transfer-encoding" }
        guard encodings.isEmpty else {
            // Plain chunking is legal, only not wanted: every host and every client of ours knows its length.
            guard lengths.isEmpty, encodings.count == 1, encodings[0].value.lowercased() == "chunked" else {
                return refusal(400, "the body's length is ambiguous")
            }
            return refusal(411, "a body needs a Content-Length")
        }
        guard let length = lengths.first else { return .success(0) }
        guard lengths.count == 1, !length.value.isEmpty, length.value.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return refusal(400, "the body's length is ambiguous") }
        guard let value = Int(length.value) else { return refusal(413, "the body is too large") }
        return .success(value)
    }

    private static func isUpperCase(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }

    /// RFC 9110, section 5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2e, 0x5e...0x60, 0x7c, 0x7e:
            true
        default: false
        }
    }

    private static func isValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7f || byte == 0x09 }

    private static func lowercase(_ name: [UInt8]) -> String {
        String(decoding: name.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func trimmed(_ value: [UInt8]) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        guard let first = value.first, let last = value.last, isSpace(first) || isSpace(last) else {
            return String(decoding: value, as: UTF8.self)
        }
        let start = value.firstIndex { !isSpace($0) } ?? value.endIndex
        let end = value.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return String(decoding: value[start..<end], as: UTF8.self)
    }
}
