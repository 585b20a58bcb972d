package import Lifecycle
package import Model

/// Moves hosts between containers: the one writer of the proxy's routes.
///
/// For a Caddy that sees our files, a route is a file, and nothing ever interrupts a connection; see ``CaddyLookup``.
/// For another, routes are one document, the whole array, sent through its admin API: changes of several environments
/// that arrive together become one request, and a table that is what the proxy has already becomes none. A Caddy before
/// 2.7 cuts open WebSockets at every change: there changes keep a distance, and those in between go together.
package actor Router {
    private let client: any ProxyAdmin
    private let files: (any RouteStore)?
    private let routesDirectory: String?
    /// Our server where it looks routes up in files: it never changes.
    private let lookupServer: CaddyServer?
    private let frame: CaddyFrame
    private let log: Log
    private let mayAct: @Sendable () async -> Bool

    /// What the proxy is to know.
    package private(set) var table = RouteTable()
    /// Counts the changes of ``table``.
    private var revision = 1
    /// The revision the proxy has; 0: not known.
    private var applied = 0
    private var isLoaded = false
    private var isLoading = false
    private var loadWaiters: [CheckedContinuation<Void, Never>] = []
    /// What the proxy's document was called when it was last seen to be right; every change of ours makes it nil.
    private var seen: String?
    private var isPushing = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    /// The last push that failed, and the newest revision it carried.
    private var failedPush: (revision: Int, failure: PushFailure)?
    private var usage = PortUsage()
    /// Routes could not be written, and nobody has tried since: those that were taken back ask for nothing.
    private var mayRefuse = false
    /// Whether WebSockets outlive a change of the proxy's configuration; nil: it has not been tried.
    package private(set) var keepsStreams: Bool?
    /// When the proxy's configuration was last changed.
    private var changedAt: ContinuousClock.Instant?

    /// Why a push failed.
    private struct PushFailure: Error {
        var failure: StageFailure
        /// Whose routes are not what they should be; nil: that is so, or may be, of all.
        var environments: Set<EnvironmentID>?
    }

    /// The least time between two changes that cut WebSockets.
    private static let distance = Duration.seconds(2)
    /// How often a change is tried anew because somebody else changed the document in between.
    private static let attempts = 4

    /// A router over a Caddy, whose table is not known yet.
    ///
    /// - Parameter mayAct: asked before every change; where it says no, the proxy stays as it is.
    package init(
        admin: CaddyAdmin, frame: CaddyFrame, log: Log, mayAct: @escaping @Sendable () async -> Bool = { true }
    ) {
        self.init(
            client: CaddyClient(admin: admin), files: admin.routesDirectory.map { RouteFiles(directory: $0) },
            routesDirectory: admin.routesDirectory, frame: frame, log: log, mayAct: mayAct)
    }

    /// A router over what a proxy takes changes with.
    ///
    /// - Parameters:
    ///   - files: where routes are kept that are not part of the proxy's configuration; nil: all of them are.
    ///   - routesDirectory: where the proxy looks for those.
    package init(
        client: any ProxyAdmin, files: (any RouteStore)?, routesDirectory: String?, frame: CaddyFrame, log: Log,
        mayAct: @escaping @Sendable () async -> Bool = { true }
    ) {
        self.mayAct = mayAct
        self.client = client
        self.files = files
        self.routesDirectory = routesDirectory
        lookupServer = routesDirectory.map { frame.server(routesDirectory: $0) }
        self.frame = frame
        self.log = log
    }

    /// Takes over the routes that the proxy has.
    ///
    /// Every change does this first where it has not been done.
    package func load() async throws(StageFailure) {
        // One at a time: what is read forgets what was known of the files before, which must be what the table says.
        while isLoading { await withCheckedContinuation { loadWaiters.append($0) } }
        guard !isLoaded else { return }
        isLoading = true
        defer {
            isLoading = false
            for waiter in loadWaiters { waiter.resume() }
            loadWaiters = []
        }
        if let files {
            table = try await files.read()
        } else {
            table = try await client.server().server.map { CaddyFrame.table(in: $0) } ?? RouteTable()
        }
        usage.begin(
            with: table.ports, now: SteadyClock.now, wallClock: Timestamp(milliseconds: WallClock.milliseconds()))
        isLoaded = true
        // Whether the rest of an external Caddy's server is right as well, the first change or look finds out.
        applied = files == nil ? 0 : revision
    }

    /// Sends the environment's hosts where these routes say; returns once the proxy does.
    ///
    /// When it throws, the environment's routes are what they were.
    package func set(_ routes: [Route], for environment: EnvironmentID) async throws(StageFailure) {
        try await load()
        let previous = table[environment]
        let next = routes.sorted()
        if previous != next {
            table[environment] = next
            revision += 1
        }
        do throws(PushFailure) { try await tryPush() } catch {
            // Where only another's routes could not be written, these are what they should be: the next push is about
            // the other's.
            guard error.environments?.contains(environment) ?? true else { return }
            if table[environment] == next, previous != next {
                table[environment] = previous
                revision += 1
            }
            throw error.failure
        }
    }

    /// Brings the proxy to what it is to know, where it is not known to have that.
    package func settle() async throws(StageFailure) {
        try await load()
        try await push()
    }

    /// Makes this the whole table.
    package func replaceAll(_ table: RouteTable) async throws(StageFailure) {
        try await load()
        if self.table != table {
            self.table = table
            revision += 1
        }
        try await push()
    }

    /// Sees that the proxy still has our server and every route, and gives them back if it has not.
    ///
    /// - Returns: whether anything had to be mended.
    @discardableResult
    package func verify() async throws(StageFailure) -> Bool {
        try await load()
        let before = revision
        var isMended = false
        if let files {
            if await !files.isIntact(), revision == before, !isPushing {
                log.warning("routes are missing from the proxy's directory, or changed; writing them again")
                await files.distrust()
                applied = 0
                isMended = true
            }
            try await push()
            if mayRefuse {
                try await files.tryWriting()
                mayRefuse = false
            }
        }
        let answer = try await client.server(unless: applied == revision ? seen : nil)
        // A change that is under way sees for itself.
        guard let answer, revision == before, !isPushing else { return isMended }
        if applied == revision || files == nil, let server = answer.server, isRight(server) {
            applied = revision
            seen = answer.etag
            // After a change that failed this is the first to say what the proxy has.
            usage.moved(to: table.ports, now: SteadyClock.now)
            return isMended
        }
        log.warning(difference(of: answer.server))
        if files == nil {
            applied = 0
            try await push()
        } else {
            guard await mayAct() else { throw .cancelled }
            try await configure()
        }
        return true
    }

    /// What is wrong with the proxy's configuration, in words.
    private func difference(of server: CaddyServer?) -> String {
        guard let server else { return "the proxy has no server of ours; giving it one" }
        if files == nil, CaddyFrame.table(in: server) != table {
            return "the proxy has other routes than it should; mending that"
        }
        return "the proxy's server is not what the configuration makes of it; changing it"
    }

    /// Since when nothing is sent to a port any more; nil: nothing ever was.
    ///
    /// - Parameter madeAt: when its container was made. One that is older than this router may have been
    ///   served by a former one, until this one began at the latest.
    package func idle(port: Int, madeAt: Timestamp) -> ContinuousClock.Instant? {
        usage.idle(port: port, madeAt: madeAt, wallClock: Timestamp(milliseconds: WallClock.milliseconds()))
    }

    /// Whether something is sent to the port.
    package func isServing(port: Int) -> Bool { table.ports.contains(port) || usage.isInUse(port) }

    /// Brings the proxy to the newest table, together with every other call that wants the same.
    private func push() async throws(StageFailure) {
        do throws(PushFailure) { try await tryPush() } catch { throw error.failure }
    }

    /// The same; says whose routes are not what they should be.
    private func tryPush() async throws(PushFailure) {
        let target = revision
        while applied < target {
            if isPushing {
                await withCheckedContinuation { waiters.append($0) }
                if let failedPush, failedPush.revision >= target { throw failedPush.failure }
                continue
            }
            isPushing = true
            if files == nil {
                seen = nil
                await keepDistance()
            }
            let (sent, table) = (revision, self.table)
            let outcome = await apply(table)
            isPushing = false
            switch outcome {
            case .success:
                applied = sent
                failedPush = nil
                usage.moved(to: table.ports, now: SteadyClock.now)
            case .failure(let failure):
                // What the proxy has now is not known: the request may have arrived.
                applied = 0
                mayRefuse = files != nil
                failedPush = (sent, failure)
                usage.mayHaveMoved(to: table.ports)
            }
            for waiter in waiters { waiter.resume() }
            waiters = []
            if case .failure(let failure) = outcome { throw failure }
        }
    }

    /// Waits until the last change that cut WebSockets is long enough ago; what is asked for meanwhile goes with this one.
    private func keepDistance() async {
        guard keepsStreams != true, let changedAt else { return }
        // Cancelled: the change is made at once, as a switch once begun is finished.
        try? await SteadyClock.sleep(until: changedAt + Self.distance)
    }

    private func apply(_ table: RouteTable) async -> Result<Void, PushFailure> {
        guard await mayAct() else { return .failure(PushFailure(failure: .cancelled)) }
        do throws(StageFailure) {
            if let files {
                let failures = await files.apply(table)
                if let first = failures.min(by: { $0.key < $1.key }) {
                    return .failure(PushFailure(failure: first.value, environments: Set(failures.keys)))
                }
            } else {
                try await configure()
            }
            try Failpoint.pass("deploy.proxy.reloaded", StageFailure.injected)
            return .success(())
        } catch {
            return .failure(PushFailure(failure: error))
        }
    }

    /// Our server as the proxy should have it.
    private var wantedServer: CaddyServer {
        lookupServer ?? frame.server(table, keepsStreams: keepsStreams != false)
    }

    /// Brings our server in the proxy's configuration to what it should be.
    private func configure() async throws(StageFailure) {
        for _ in 0..<Self.attempts {
            do throws(StageFailure) {
                if try await isConfigured(wantedServer) { return }
            } catch {
                // A Caddy before 2.7 does not know the field, and refuses before it changes anything.
                guard keepsStreams != false, error.message.contains(CaddyHandler.CodingKeys.streamCloseDelay.rawValue)
                else { throw error }
                keepsStreams = false
                log.info("this Caddy cuts WebSockets whenever a route changes; 2.7 or newer would not")
            }
        }
        throw .proxyKeepsChanging
    }

    /// One look at what the proxy has, and one request if that is something else. False: look again.
    private func isConfigured(_ wanted: CaddyServer) async throws(StageFailure) -> Bool {
        let answer = try await client.server()
        if let server = answer.server, isRight(server) { return true }
        let isDone: Bool
        if let server = answer.server {
            var onlyRoutesDiffer = server
            onlyRoutesDiffer.routes = wanted.routes
            isDone =
                onlyRoutesDiffer == wanted
                ? try await client.patchRoutes(of: wanted, ifMatch: answer.etag)
                : try await client.patchServer(wanted, ifMatch: answer.etag)
        } else {
            isDone = try await client.putServer(wanted)
        }
        guard isDone else { return false }
        changedAt = SteadyClock.now
        if CaddyFrame.keepsStreams(wanted) { keepsStreams = true }
        return true
    }

    /// Whether a server of the proxy's is ours as it should be. One that only lacks what keeps WebSockets is left
    /// alone until a route changes: the change would cut them.
    private func isRight(_ server: CaddyServer) -> Bool {
        server == wantedServer
            || routesDirectory == nil && keepsStreams == nil && server == frame.server(table, keepsStreams: false)
    }
}
