/// An answer that is all there.
package struct Response: Sendable, Hashable {
    /// The status code.
    package let status: Int
    /// Header fields; the library adds Date, Content-Length and Connection.
    package let fields: [RequestHead.Field]
    /// The body's bytes.
    package let body: [UInt8]

    /// An answer as given.
    package init(status: Int, fields: [RequestHead.Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// An answer with a body of that media type.
    package init(status: Int, contentType: String, body: [UInt8]) {
        self.init(status: status, fields: [.init(name: "content-type", value: contentType)], body: body)
    }

    /// An answer in one line of text.
    package static func text(_ status: Int, _ line: String) -> Self {
        Self(status: status, contentType: "text/plain; charset=utf-8", body: Array((line + "\n").utf8))
    }

    /// Whether no field could end its line early: bytes below space and 0x7f are refused, by byte.
    package var isWellFormed: Bool {
        fields.allSatisfy { field in
            !field.name.isEmpty && field.name.utf8.allSatisfy(HeadGate.isTokenByte)
                && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        }
    }
}

/// What is decided about a request when its head is known and its body is not.
package enum Admission: Sendable, Hashable {
    /// The body is read, up to that many bytes.
    case admitted(bodyLimit: Int)
    /// The request is answered at once and the connection closed; the body is not read.
    case refused(Response)
}
