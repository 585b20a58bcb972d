import FoundationEssentials

/// What surrounds the environments' routes in the proxy, and how both are written as Caddy's JSON.
///
/// Pure. The documents are the same bytes for the same routes, so that "nothing changed" can be seen.
package struct CaddyFrame: Sendable, Hashable {
    /// The port our server listens on.
    package var httpPort: Int
    /// The daemon's own address, `127.0.0.1:7420`, where deliveries are forwarded to.
    package var daemonAddress: String
    /// The host under which Git hosts reach the daemon; nil: deliveries are not forwarded.
    package var publicHost: String?

    /// The key of our server among those of an HTTP application; nothing else of an external Caddy is touched.
    package static let serverKey = "slipway"
    /// How long Caddy looks for an upstream that accepts a connection, while one restarts.
    private static let tryDuration = "3s"
    private static let tryInterval = "50ms"

    /// A frame as given.
    package init(httpPort: Int, daemonAddress: String, publicHost: String? = nil) {
        self.httpPort = httpPort
        self.daemonAddress = daemonAddress
        self.publicHost = publicHost
    }

    /// How long a WebSocket outlives the configuration it was opened under: a working day.
    private static let streamCloseDelay = "12h"

    /// Our server, with its routes inside.
    ///
    /// - Parameter keepsStreams: whether WebSockets stay open when a route changes; Caddy 2.6 does not know how.
    func server(_ table: RouteTable, keepsStreams: Bool = false) -> CaddyServer {
        server(table.routes.map { Self.caddyRoute($0, keepsStreams: keepsStreams) })
    }

    /// Whether WebSockets stay open when a route of this server changes.
    static func keepsStreams(_ server: CaddyServer) -> Bool {
        server.routes.contains { $0.handle.contains { $0.streamCloseDelay != nil } }
    }

    /// Our server, which looks its routes up in a directory at every request.
    func server(routesDirectory: String) -> CaddyServer { server(CaddyLookup.routes(in: routesDirectory)) }

    /// A whole configuration for a Caddy of our own that takes changes on a Unix socket.
    func configuration(adminSocket: String, routesDirectory: String) -> CaddyConfiguration {
        CaddyConfiguration(
            admin: CaddyAdminEndpoint(listen: "unix/\(adminSocket)", origins: [CaddyAdmin.socketHost]),
            // At INFO every change is logged, into a file that nobody rotates.
            logging: CaddyLogging(logs: ["default": CaddyLog(level: "WARN")]),
            apps: CaddyApps(http: CaddyHTTP(servers: [Self.serverKey: server(routesDirectory: routesDirectory)])))
    }

    /// Deliveries first, then the environments, and the page for every other host.
    private func server(_ environments: [CaddyRoute]) -> CaddyServer {
        var routes: [CaddyRoute] = []
        if let publicHost {
            routes.append(
                CaddyRoute(
                    match: [CaddyMatch(host: [publicHost], path: ["/hooks/*"])],
                    handle: [
                        CaddyHandler(handler: "reverse_proxy", upstreams: [CaddyUpstream(dial: daemonAddress)])
                    ], terminal: true))
        }
        routes += environments
        routes.append(CaddyRoute(handle: [Self.answer("404", CaddyPages.unknownHost)]))
        return CaddyServer(
            listen: [":\(httpPort)"], routes: routes,
            errors: CaddyErrors(routes: [
                CaddyRoute(handle: [Self.answer("{http.error.status_code}", CaddyPages.unavailable)])
            ]),
            automaticHTTPS: CaddyAutomaticHTTPS(disable: true))
    }

    private static func caddyRoute(_ route: Route, keepsStreams: Bool) -> CaddyRoute {
        var handler = proxy(to: route.ports.map(String.init))
        handler.streamCloseDelay = keepsStreams ? streamCloseDelay : nil
        return CaddyRoute(id: route.id, match: [CaddyMatch(host: route.hosts)], handle: [handler], terminal: true)
    }

    /// A handler that sends requests to loopback ports in turn; one that cannot be reached is passed over.
    static func proxy(to ports: [String]) -> CaddyHandler {
        CaddyHandler(
            handler: "reverse_proxy", upstreams: ports.map { CaddyUpstream(dial: "127.0.0.1:\($0)") },
            loadBalancing: CaddyLoadBalancing(
                selectionPolicy: CaddySelectionPolicy(policy: "round_robin"),
                tryDuration: tryDuration, tryInterval: tryInterval))
    }

    private static func answer(_ status: String, _ body: String) -> CaddyHandler {
        CaddyHandler(handler: "static_response", statusCode: status, headers: CaddyPages.headers, body: body)
    }

    /// The environments' routes in a server of Caddy's.
    static func table(in server: CaddyServer) -> RouteTable { RouteTable(server.routes.compactMap(route)) }

    private static func route(_ route: CaddyRoute) -> Route? {
        guard let id = route.id, Route.owner(of: id) != nil else { return nil }
        let ports = route.handle.flatMap { $0.upstreams ?? [] }.compactMap { upstream in
            upstream.dial.hasPrefix("127.0.0.1:") ? Int(upstream.dial.dropFirst(10)) : nil
        }
        return Route(id: id, hosts: (route.match ?? []).flatMap { $0.host ?? [] }, ports: ports)
    }

    static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("strings and numbers are always JSON")
        }
        return Array(data)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
