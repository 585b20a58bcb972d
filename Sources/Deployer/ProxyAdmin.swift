package import Model

/// What a proxy says when it is asked for our server.
package struct ProxyAnswer: Sendable, Hashable {
    /// Our server; nil: it has none.
    package var server: CaddyServer?
    /// What the server's document is called in `If-Match`.
    package var etag: String?

    /// An answer as given.
    package init(server: CaddyServer? = nil, etag: String? = nil) {
        self.server = server
        self.etag = etag
    }
}

/// Where a proxy takes changes of its configuration. ``CaddyClient`` is one over Caddy's admin API.
package protocol ProxyAdmin: Sendable {
    /// Our server as the proxy has it.
    func server() async throws(StageFailure) -> ProxyAnswer
    /// Our server as the proxy has it; nil if it is still the one of that etag.
    func server(unless etag: String?) async throws(StageFailure) -> ProxyAnswer?
    /// Makes its routes those of this one. False: it changed since that etag, or is not there any more.
    func patchRoutes(of server: CaddyServer, ifMatch etag: String?) async throws(StageFailure) -> Bool
    /// Replaces our server. False: it changed since that etag, or is not there any more.
    func patchServer(_ server: CaddyServer, ifMatch etag: String?) async throws(StageFailure) -> Bool
    /// Adds our server. False: it is there.
    func putServer(_ server: CaddyServer) async throws(StageFailure) -> Bool
}

/// Where routes are kept that are not part of the proxy's configuration. ``RouteFiles`` is a directory of them.
package protocol RouteStore: Sendable {
    /// The routes as they are kept.
    func read() async throws(StageFailure) -> RouteTable
    /// Brings what is kept to a table; returns the environments whose routes could not be, and why.
    ///
    /// One whose routes cannot be written keeps no other from getting its own.
    func apply(_ table: RouteTable) async -> [EnvironmentID: StageFailure]
    /// Finds out whether anything can be written.
    func tryWriting() async throws(StageFailure)
    /// Whether everything is still there that was written.
    func isIntact() async -> Bool
    /// Believes nothing of what was written, so that the next ``apply(_:)`` writes everything, and removes what is not
    /// wanted any more.
    func distrust() async
}

/// A proxy that is started where it does not run. ``ManagedCaddy`` is one.
package protocol ProxyProgram: Sendable {
    /// Sees that it runs; true: it had to be started.
    func start() async throws(StageFailure) -> Bool
}

extension CaddyClient: ProxyAdmin {}
extension RouteFiles: RouteStore {}
extension ManagedCaddy: ProxyProgram {}
