import Model

@testable import Deployer

/// A Caddy's admin API in memory, which counts its changes, refuses them when told to, and is of either kind.
actor MemoryAdmin: ProxyAdmin {
    /// Whether it knows how to keep WebSockets open, as Caddy 2.7 does.
    let knowsDelay: Bool
    private(set) var changes = 0
    private(set) var held: CaddyServer?

    init(knowsDelay: Bool = false) { self.knowsDelay = knowsDelay }

    /// The routes that it has.
    var table: RouteTable? { held.map { CaddyFrame.table(in: $0) } }

    func server() -> ProxyAnswer { ProxyAnswer(server: held, etag: "\(changes)") }
    func server(unless etag: String?) -> ProxyAnswer? { server() }
    func patchRoutes(of server: CaddyServer, ifMatch etag: String?) throws(StageFailure) -> Bool { try change(server) }
    func patchServer(_ server: CaddyServer, ifMatch etag: String?) throws(StageFailure) -> Bool { try change(server) }
    func putServer(_ server: CaddyServer) throws(StageFailure) -> Bool { try change(server) }

    private func change(_ server: CaddyServer) throws(StageFailure) -> Bool {
        guard knowsDelay || !CaddyFrame.keepsStreams(server) else {
            throw .proxyRefused(400, "loading new config: json: unknown field \"stream_close_delay\"")
        }
        changes += 1
        held = server
        return true
    }
}
