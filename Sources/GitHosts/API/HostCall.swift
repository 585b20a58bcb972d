/// One call of a Git host's API: a value, so that what would be sent can be looked at without sending it.
package struct HostCall: Sendable, Hashable {
    /// `GET`, `POST`, …
    package var method: String
    /// The path below the API's address, percent-encoded; begins with `/`.
    package var path: String
    /// Its query, not encoded.
    package var query: [Argument] = []
    /// What it carries.
    package var body: JSONBody?
    /// What it is for, in words that follow "cannot": "set a commit status".
    package var purpose: String
    /// What the credential must be allowed to, as the host calls it: "commit statuses: read and write".
    package var permission: String
    /// Statuses besides 2xx that mean the wish is met.
    package var tolerated: Set<Int> = []

    /// One argument of a query.
    package struct Argument: Sendable, Hashable {
        /// Its name.
        package let name: String
        /// Its value.
        package let value: String
    }

    init(
        _ method: String, _ path: String, query: [(String, String)] = [], body: JSONBody? = nil, purpose: String,
        permission: String, tolerated: Set<Int> = []
    ) {
        self.method = method
        self.path = path
        self.query = query.map { Argument(name: $0.0, value: $0.1) }
        self.body = body
        self.purpose = purpose
        self.permission = permission
        self.tolerated = tolerated
    }

    /// Path and query as they are sent.
    package var target: String {
        guard !query.isEmpty else { return path }
        return path + "?"
            + query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// The text with everything but RFC 3986's unreserved characters escaped.
    static func encoded(_ text: String) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default: result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
