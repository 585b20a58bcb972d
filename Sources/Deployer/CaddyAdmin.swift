/// Where a Caddy takes changes of its configuration.
package struct CaddyAdmin: Sendable, Hashable {
    /// The Unix socket; nil: the URL's host and port.
    package let socketPath: String?
    /// The beginning of every address, without a slash at its end.
    package let baseURL: String

    /// The Host header sent to a Unix socket. Caddy compares it with `admin.origins`, and refuses `localhost` there.
    static let socketHost = "slipway"

    /// A Caddy that listens on a Unix socket.
    package static func socket(_ path: String) -> Self { Self(socketPath: path, baseURL: "http://\(socketHost)") }

    /// A Caddy that listens on a port: `http://127.0.0.1:2019`.
    package static func url(_ url: String) -> Self {
        var text = url
        while text.hasSuffix("/") { text.removeLast() }
        return Self(socketPath: nil, baseURL: text)
    }
}
