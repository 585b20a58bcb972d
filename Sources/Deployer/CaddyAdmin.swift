/// Where a Caddy takes changes of its configuration, and where it reads routes if not from there.
package struct CaddyAdmin: Sendable, Hashable {
    /// The Unix socket; nil: the URL's host and port.
    package let socketPath: String?
    /// The beginning of every address, without a slash at its end.
    package let baseURL: String
    /// The directory in which it looks up routes, so that none of them is part of its configuration; see ``RouteFiles``.
    package let routesDirectory: String?

    /// The Host header sent to a Unix socket. Caddy compares it with `admin.origins`, and refuses `localhost` there.
    static let socketHost = "slipway"

    /// A Caddy that listens on a Unix socket.
    package static func socket(_ path: String, routesDirectory: String? = nil) -> Self {
        Self(socketPath: path, baseURL: "http://\(socketHost)", routesDirectory: routesDirectory)
    }

    /// A Caddy that listens on a port: `http://127.0.0.1:2019`. It need not see our files, so routes are part of its
    /// configuration.
    package static func url(_ url: String) -> Self {
        var text = url
        while text.hasSuffix("/") { text.removeLast() }
        return Self(socketPath: nil, baseURL: text, routesDirectory: nil)
    }
}
