/// Where a Caddy takes changes of its configuration, and where it reads routes if not from there.
package struct CaddyAdmin: Sendable, Hashable {
    /// The Unix socket; nil: the URL's host and port.
    package let socketPath: String?
    /// The beginning of every address, without a slash at its end.
    package let baseURL: String
    /// The directory in which it looks up routes, so that none of them is part of its configuration; see ``RouteFiles``.
    package let routesDirectory: String?

    /// What is sent as Host where it is not what the address says.
    let host: String?

    /// The Host header sent to the socket of our own Caddy. Caddy compares it with `admin.origins`, and refuses `localhost` there.
    static let socketHost = "slipway"

    /// A Caddy that listens on a Unix socket.
    package static func socket(_ path: String, routesDirectory: String? = nil) -> Self {
        Self(socketPath: path, baseURL: "http://\(socketHost)", routesDirectory: routesDirectory, host: nil)
    }

    /// A Caddy that somebody else runs: `http://127.0.0.1:2019` or `unix:///run/caddy/admin.sock`. It need not see our
    /// files, so routes are part of its configuration.
    package static func url(_ url: String) -> Self {
        if url.hasPrefix("unix://") {
            // On a socket without `admin.origins` every version of Caddy allows an empty Host, and hardly another.
            return Self(
                socketPath: String(url.dropFirst("unix://".count)), baseURL: "http://localhost", routesDirectory: nil,
                host: "")
        }
        var text = url
        while text.hasSuffix("/") { text.removeLast() }
        return Self(socketPath: nil, baseURL: text, routesDirectory: nil, host: nil)
    }
}
