import Deployer
import Model

/// The proxy, and the directory in which it looks routes up.
struct ProxyState {
    var isRunning = false
    var server: CaddyServer?
    var version = 0
    /// What the directory says.
    var table = RouteTable()
    var refusesUntil: Int64 = 0
    /// Until when a port was last sent something, in nanoseconds.
    var servedUntil: [Int: Int64] = [:]

    var ports: Set<Int> { Set(table.routes.flatMap(\.ports)) }
}

/// The proxy's admin API, its directory of routes and its program, as one life of the daemon reaches them.
// Unchecked: see SimulatedMachine.
final class SimulatedProxy: ProxyAdmin, RouteStore, ProxyProgram, @unchecked Sendable {
    private let world: World
    private let life: Life
    /// What was written, as far as this life of the daemon knows.
    private var known = RouteTable()
    /// The environments whose routes were written, and may not be there any more.
    private var doubted: Set<EnvironmentID> = []

    init(world: World, life: Life) {
        self.world = world
        self.life = life
    }

    private static let unavailable = StageFailure(
        reason: .proxyUnavailable, verdict: .retry(after: nil), message: "Caddy does not answer")

    private func ask<Value>(
        _ crossing: Crossing, _ effect: @escaping () -> Result<Value, StageFailure>
    ) async throws(StageFailure) -> Value {
        switch await world.cross(crossing, life, effect) {
        case .value(let result): return try result.get()
        case .cut(.cancelled): throw .cancelled
        case .cut: throw Self.unavailable
        }
    }

    private func admin<Value>(_ effect: @escaping () -> Result<Value, StageFailure>) async throws(StageFailure) -> Value
    {
        try await ask(.proxy) { [world] in world.proxy.isRunning ? effect() : .failure(Self.unavailable) }
    }

    func start() async throws(StageFailure) -> Bool {
        try await ask(.proxy) { [world] in
            defer { world.proxy.isRunning = true }
            world.changed()
            return .success(!world.proxy.isRunning)
        }
    }

    func server() async throws(StageFailure) -> ProxyAnswer {
        try await admin { [world] in
            .success(ProxyAnswer(server: world.proxy.server, etag: "\(world.proxy.version)"))
        }
    }

    func server(unless etag: String?) async throws(StageFailure) -> ProxyAnswer? {
        try await admin { [world] in
            if let etag, etag == "\(world.proxy.version)" { return .success(nil) }
            return .success(ProxyAnswer(server: world.proxy.server, etag: "\(world.proxy.version)"))
        }
    }

    func patchRoutes(of server: CaddyServer, ifMatch etag: String?) async throws(StageFailure) -> Bool {
        try await patchServer(server, ifMatch: etag)
    }

    func patchServer(_ server: CaddyServer, ifMatch etag: String?) async throws(StageFailure) -> Bool {
        try await admin { [world] in
            if let etag, etag != "\(world.proxy.version)" { return .success(false) }
            world.changed()
            world.proxy.server = server
            world.proxy.version += 1
            return .success(true)
        }
    }

    func putServer(_ server: CaddyServer) async throws(StageFailure) -> Bool {
        try await admin { [world] in
            guard world.proxy.server == nil else { return .success(false) }
            world.changed()
            world.proxy.server = server
            world.proxy.version += 1
            return .success(true)
        }
    }

    func read() async throws(StageFailure) -> RouteTable {
        try await ask(.routes) { [self] in
            known = world.proxy.table
            return .success(known)
        }
    }

    /// One environment after the other, as files are written: a crash leaves the first of them changed.
    func apply(_ table: RouteTable) async -> [EnvironmentID: StageFailure] {
        let changed = Set(table.environments.keys).union(known.environments.keys).filter {
            table[$0] != known[$0] || doubted.contains($0)
        }
        var failures: [EnvironmentID: StageFailure] = [:]
        for environment in changed.sorted() {
            do throws(StageFailure) { try await write(table[environment], of: environment) } catch {
                world.oracle.unsure(environment)
                failures[environment] = error
                // The rest is not even tried.
                if life.isDead { break }
            }
        }
        return failures
    }

    func tryWriting() async throws(StageFailure) { try await ask(.routes) { [self] in mayWrite } }

    /// Whether routes can be written now.
    private var mayWrite: Result<Void, StageFailure> {
        guard world.machine.elapsed < world.proxy.refusesUntil else { return .success(()) }
        return .failure(
            StageFailure(reason: .proxyUnavailable, verdict: .retry(after: nil), message: "cannot be written"))
    }

    private func write(_ routes: [Route], of environment: EnvironmentID) async throws(StageFailure) {
        try await ask(.routes) { [self] () -> Result<Void, StageFailure> in
            if case .failure = mayWrite { return mayWrite }
            world.oracle.routes(environment, to: routes, life)
            let before = world.proxy.ports
            world.changed()
            world.proxy.table[environment] = routes
            for port in before.subtracting(world.proxy.ports) {
                world.proxy.servedUntil[port] = world.machine.elapsed
            }
            known[environment] = routes
            doubted.remove(environment)
            return .success(())
        }
    }

    func isIntact() async -> Bool {
        let outcome = await world.cross(.routes, life) { [self] in
            known.environments.allSatisfy { doubted.contains($0.key) || world.proxy.table[$0.key] == $0.value }
        }
        if case .value(let isIntact) = outcome { return isIntact }
        return true
    }

    func distrust() async { doubted = Set(known.environments.keys) }
}
