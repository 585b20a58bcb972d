import FoundationEssentials
import Glibc
import HTTPClient
import Lifecycle
import Model
import TestSupport
import Testing

@testable import Deployer

/// A proxy that is killed, refuses, or comes back with nothing, around a change of routes.
@Suite(.serialized)
struct ProxyFaultTests {
    private func kill(_ frame: CaddyFrame) throws {
        var found = ListeningPorts.holder(ofPort: frame.httpPort)
        let deadline = ContinuousClock.now + .seconds(20)
        // The kernel's tables are read piece by piece, and may miss a line while others change.
        while found == nil, ContinuousClock.now < deadline {
            usleep(10_000)
            found = ListeningPorts.holder(ofPort: frame.httpPort)
        }
        let holder = try #require(found)
        let pid = try #require(
            holder.firstRange(of: "pid ").flatMap { Int32(holder[$0.upperBound...].prefix { $0.isNumber }) })
        #expect(Glibc.kill(pid, SIGKILL) == 0)
        while Glibc.kill(pid, 0) == 0 { usleep(1000) }
    }

    /// Whichever of the two it was killed before or after: a request goes where the router says, or nowhere.
    @Test(arguments: RouterTests.Way.allCases)
    func aProxyThatIsKilledWhileRoutesMoveComesBackWithThem(_ way: RouterTests.Way) async throws {
        try await withCaddy { _, one in
            try await withCaddy { _, two in
                try await withCaddy { caddy, frame in
                    let router = way.router(caddy, frame)
                    let visitor = Visitor(port: frame.httpPort, host: "branch-1.localhost")
                    let id = EnvironmentID.make("shop", "branch-1")
                    func routes(to port: Int) -> [Route] {
                        [Route(environment: id, service: "web", hosts: [visitor.host], ports: [port])]
                    }
                    for round in 0..<8 {
                        let wanted = round.isMultiple(of: 2) ? one.httpPort : two.httpPort
                        async let change: Void = router.set(routes(to: wanted), for: id)
                        // From before the change to after it: a change takes some milliseconds.
                        usleep(useconds_t(round * 1500))
                        try kill(frame)
                        let failure: StageFailure?
                        do {
                            try await change
                            failure = nil
                        } catch {
                            failure = error as? StageFailure
                            #expect(failure?.reason == .proxyUnavailable)
                        }
                        // Somebody starts it by hand; nothing is deployed.
                        try await caddy.start()
                        try await router.verify()
                        let table = await router.table
                        let expected = failure == nil ? wanted : table[id].first?.ports.first
                        #expect(table[id].flatMap(\.ports) == [expected].compactMap(\.self))
                        if let expected {
                            #expect(try visitor.header("Server", of: "/").count == 2, "round \(round)")
                            let other = expected == one.httpPort ? two : one
                            #expect(await router.isServing(port: expected))
                            #expect(await !router.isServing(port: other.httpPort))
                        }
                        let next = way.router(caddy, frame)
                        try await next.load()
                        #expect(await next.table == table)
                    }
                }
            }
        }
    }

    /// Passes everything on to a real Caddy, or refuses every change.
    private final class Refusing: ProxyAdmin {
        let inner: CaddyClient
        let isRefusing = Shared(false)

        init(_ inner: CaddyClient) { self.inner = inner }

        private func pass() throws(StageFailure) {
            if isRefusing.value { throw .proxyRefused(400, "loading new config: no") }
        }

        func server() async throws(StageFailure) -> ProxyAnswer { try await inner.server() }
        func server(unless etag: String?) async throws(StageFailure) -> ProxyAnswer? {
            try await inner.server(unless: etag)
        }
        func patchRoutes(of server: CaddyServer, ifMatch etag: String?) async throws(StageFailure) -> Bool {
            try pass()
            return try await inner.patchRoutes(of: server, ifMatch: etag)
        }
        func patchServer(_ server: CaddyServer, ifMatch etag: String?) async throws(StageFailure) -> Bool {
            try pass()
            return try await inner.patchServer(server, ifMatch: etag)
        }
        func putServer(_ server: CaddyServer) async throws(StageFailure) -> Bool {
            try pass()
            return try await inner.putServer(server)
        }
    }

    /// What a change that failed may have moved counts as served only until the proxy says what it has.
    @Test func aLookTellsWhatAChangeThatFailedHasMoved() async throws {
        try await withCaddy { caddy, frame in
            let admin = Refusing(CaddyClient(admin: caddy.admin))
            let router = Router(client: admin, files: nil, routesDirectory: nil, frame: frame, log: .silent)
            let id = EnvironmentID.make("shop", "branch-1")
            func routes(to port: Int) -> [Route] {
                [Route(environment: id, service: "web", hosts: ["branch-1.localhost"], ports: [port])]
            }
            try await router.set(routes(to: 7001), for: id)
            admin.isRefusing.value = true
            await #expect(throws: StageFailure.self) { try await router.set(routes(to: 7002), for: id) }
            #expect(await router.isServing(port: 7002), "nobody knows yet")
            let failedAt = SteadyClock.now
            #expect(try await !router.verify(), "there is nothing to mend")
            #expect(await router.isServing(port: 7001))
            #expect(await !router.isServing(port: 7002))
            let idle = try #require(await router.idle(port: 7002, madeAt: Timestamp(milliseconds: .max)))
            #expect(idle > failedAt - .seconds(1), "it may have been served until now")
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func aProxyThatRefusesLeavesTrafficWhereItWas(_ program: EngineFixture.Program) async throws {
        try await Stage.with(program) { stage in
            let admin = Refusing(CaddyClient(admin: .socket(stage.caddy.admin.socketPath ?? "")))
            let router = Router(client: admin, files: nil, routesDirectory: nil, frame: stage.frame, log: .silent)
            let deployer = Deployer(
                engine: stage.engine, router: router, instance: stage.instance,
                subnets: try #require(SubnetBlock(stage.fixture.uniqueSubnet())), ports: stage.ports, log: .silent)
            let old = try stage.wanted(saying: "old", release: "1")
            _ = try await deployer.converge(on: old, reporter: Reporter())
            let before = try await deployer.observe(stage.environment)
            admin.isRefusing.value = true
            let new = try stage.wanted(saying: "new", release: "2")
            let failure = await #expect(throws: StageFailure.self) {
                try await deployer.converge(on: new, reporter: Reporter())
            }
            #expect(failure?.reason == .proxyUnavailable)
            #expect(failure?.message.contains("no") == true)
            #expect(try stage.page().text == "old\n")
            // What a proxy that refuses everything has now cannot be known: what it may send requests to stays.
            let left = try await deployer.observe(stage.environment)
            #expect(left.routes == before.routes)
            #expect(Set(before.containers.map(\.id)).isSubset(of: left.containers.map(\.id)))
            admin.isRefusing.value = false
            try await deployer.sweep(old)
            #expect(
                try await deployer.observe(stage.environment).containers.map(\.id) == before.containers.map(\.id),
                "nothing of the new one is left")
            _ = try await deployer.converge(on: new, reporter: Reporter())
            #expect(try stage.page().text == "new\n")
            try await deployer.remove(stage.environment)
        }
    }

    /// Where a route cannot be written, the old one stays, and the deployment fails before traffic moves.
    @Test func aRouteThatCannotBeWrittenStaysWhatItWas() async throws {
        try await withCaddy { _, backend in
            try await withCaddy { caddy, frame in
                let router = RouterTests.Way.files.router(caddy, frame)
                let id = EnvironmentID.make("shop", "branch-1")
                let kept = Route(
                    environment: id, service: "web", hosts: ["branch-1.localhost"], ports: [backend.httpPort])
                try await router.set([kept], for: id)
                // A file where the second host's directory should be.
                let directory = try #require(caddy.admin.routesDirectory)
                #expect(FileManager.default.createFile(atPath: directory + "/second.localhost", contents: nil))
                let more = Route(
                    environment: id, service: "web", hosts: ["branch-1.localhost", "second.localhost"], ports: [9])
                let failure = await #expect(throws: StageFailure.self) { try await router.set([more], for: id) }
                #expect(failure?.reason == .proxyUnavailable)
                let visitor = Visitor(port: frame.httpPort, host: "branch-1.localhost")
                #expect(try visitor.header("Server", of: "/").count == 2, "nothing moved")
                try await router.verify()
                #expect(try visitor.header("Server", of: "/").count == 2, "it still leads to the old container")
                #expect(await router.table[id] == [kept])
            }
        }
    }
}
