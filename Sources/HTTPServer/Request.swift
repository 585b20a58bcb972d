/// A request's line and header fields, copied out of the library's memory.
package struct RequestHead: Sendable, Hashable {
    /// One header field.
    package struct Field: Sendable, Hashable {
        /// The name, in lower case.
        package let name: String
        /// The value without white space around it.
        package let value: String

        /// A field as given; the name must be in lower case.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method, as sent.
    package let method: String
    /// What is asked for.
    package let target: RequestTarget
    /// The header fields, in order of arrival.
    package let fields: [Field]
    /// The length of the body; 0 where there is none.
    package let contentLength: Int
    /// Who asks.
    package let peer: Peer

    /// A head as given.
    package init(method: String, target: RequestTarget, fields: [Field], contentLength: Int, peer: Peer) {
        self.method = method
        self.target = target
        self.fields = fields
        self.contentLength = contentLength
        self.peer = peer
    }

    /// The first value of a field, by lower-case name.
    package func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The media type of the body in lower case, without its parameters.
    package var mediaType: String? {
        guard let value = value("content-type") else { return nil }
        // Byte by byte: each delivery is asked twice.
        var type = value.utf8.prefix { $0 != UInt8(ascii: ";") }
        while let first = type.first, first == 0x20 || first == 0x09 { type.removeFirst() }
        while let last = type.last, last == 0x20 || last == 0x09 { type.removeLast() }
        return String(decoding: type.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// Whether the body is compressed, or otherwise not the bytes that are meant.
    package var isBodyEncoded: Bool {
        fields.contains { $0.name == "content-encoding" && $0.value.lowercased() != "identity" }
    }
}

/// A request that was received in full.
package struct Request: Sendable, Hashable {
    /// The line and the header fields.
    package let head: RequestHead
    /// The body's bytes.
    package let body: [UInt8]

    /// A request as given.
    package init(head: RequestHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// Who is at the other end of a connection.
package enum Peer: Sendable, Hashable {
    /// Somebody over the network.
    case network
    /// A process on this machine, over a Unix socket: the kernel's word.
    case process(id: Int32, user: UInt32)
}
