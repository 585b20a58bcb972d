/// One line of a request's or an answer's head.
package struct HTTPHeader: Sendable, Hashable {
    /// The name; compared without regard to case.
    package let name: String
    /// The value, without the white space around it.
    package let value: String

    /// A header as given.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a request carries.
package enum RequestBody: Sendable {
    /// Nothing.
    case none
    /// Bytes that are all there.
    case bytes([UInt8])
    /// Bytes that are asked for as they can be sent.
    ///
    /// Called on the thread of `perform` with how many bytes would suit; it may return more, and nil
    /// at the end. What it throws ends the call and is the error's `cause`.
    case stream(@Sendable (Int) throws -> [UInt8]?)
}

/// One HTTP request, with the bounds on its answer.
package struct HTTPRequest: Sendable {
    /// `GET`, `POST`, …
    package var method: String
    /// The Unix socket to talk to; nil: the URL's host and port.
    package var socketPath: String?
    /// The address, `http` or `https`.
    package var url: String
    /// What is sent besides what libcurl adds. A header with an empty value is sent with an empty value.
    package var headers: [HTTPHeader]
    /// What it carries.
    package var body: RequestBody
    /// How long making a connection may take.
    package var connectTimeout: Duration
    /// How long everything may take, from the start; nil: for ever.
    package var timeout: Duration?
    /// How many bytes of a good answer are taken; a longer one is an error.
    package var bodyLimit: Int
    /// False: a new connection that is closed afterwards.
    package var keepsConnection: Bool
    /// Whether an address may be connected to; nil: any may.
    ///
    /// Asked with the very address that is then dialled, so that a name cannot mean another one a moment later. What
    /// is refused is an error with the code ``HTTPClientError/Code/refusedAddress``, unless the name has an address
    /// that is not.
    package var admits: (@Sendable (PeerAddress) -> Bool)?

    /// Whether it changes nothing, so that it may be sent twice (RFC 9110, 9.2.1).
    var isSafe: Bool { method == "GET" || method == "HEAD" }

    /// Ten seconds; for loopback and Unix sockets far more than is ever needed.
    package static let defaultConnectTimeout = Duration.seconds(10)
    /// How many bytes of an answer are taken unless the caller says otherwise.
    package static let defaultBodyLimit = 4 << 20
    /// How many bytes are kept of an answer that is not 2xx; the rest is dropped.
    package static let errorBodyLimit = 64 << 10

    /// A request with sensible bounds.
    package init(
        method: String = "GET", socketPath: String? = nil, url: String, headers: [HTTPHeader] = [],
        body: RequestBody = .none, connectTimeout: Duration = Self.defaultConnectTimeout,
        timeout: Duration? = .seconds(30), bodyLimit: Int = Self.defaultBodyLimit, keepsConnection: Bool = true,
        admits: (@Sendable (PeerAddress) -> Bool)? = nil
    ) {
        self.admits = admits
        self.method = method
        self.socketPath = socketPath
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.bodyLimit = bodyLimit
        self.keepsConnection = keepsConnection
    }
}

/// An answer.
package struct HTTPResponse: Sendable, Hashable {
    /// The status code.
    package let status: Int
    /// Its head, in the order received.
    package let headers: [HTTPHeader]
    /// Its body; empty where it was handed out in chunks.
    package let body: [UInt8]

    /// An answer as given.
    package init(status: Int, headers: [HTTPHeader], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the status is 2xx.
    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The first value of that header, whatever the case of its name.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
