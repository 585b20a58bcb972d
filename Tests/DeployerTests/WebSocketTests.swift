import HTTPClient
import Lifecycle
import Model
import TestSupport
import Testing

@testable import Deployer

/// An open WebSocket of one application, while others are deployed.
@Suite(.serialized)
struct WebSocketTests {
    private static let host = "talk.localhost"

    private func talk(to port: Int) -> (EnvironmentID, [Route]) {
        let id = EnvironmentID.make("talk", "staging")
        return (id, [Route(environment: id, service: "web", hosts: [Self.host], ports: [port])])
    }

    private func other(_ number: Int, port: Int) -> (EnvironmentID, [Route]) {
        let id = EnvironmentID.make("other", "branch-\(number)")
        return (id, [Route(environment: id, service: "web", hosts: ["branch-\(number).localhost"], ports: [port])])
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func itStaysOpenWhenAnotherApplicationIsDeployed(_ program: EngineFixture.Program) async throws {
        let echo = try EchoSocket()
        try await Stage.with(program) { stage in
            let (id, routes) = talk(to: echo.port)
            try await stage.router.set(routes, for: id)
            let visitor = try #require(SocketVisitor(port: stage.frame.httpPort, host: Self.host))
            #expect(visitor.echoes("before"))
            for (text, release) in [("one", Character("1")), ("two", "2")] {
                let wanted = try stage.wanted(saying: text, release: release)
                try await stage.converge(wanted)
                try await stage.deployer.sweep(wanted)
                #expect(try stage.page().text == text + "\n")
                #expect(visitor.echoes("after \(text)"))
            }
            // Its own deployment does not cut it either: the old container drains.
            try await stage.router.set(talk(to: QuietPort.next()).1, for: id)
            try await stage.router.verify()
            #expect(visitor.echoes("after its own"))
        }
        withExtendedLifetime(echo) {}
    }

    @Test func aChangeThatAnOldCaddyRefusesCutsNothing() async throws {
        let echo = try EchoSocket()
        try await withCaddy { caddy, frame in
            let client = CaddyClient(admin: .socket(caddy.admin.socketPath ?? ""))
            let (id, routes) = talk(to: echo.port)
            let router = Router(admin: .socket(caddy.admin.socketPath ?? ""), frame: frame, log: .silent)
            try await router.set(routes, for: id)
            let visitor = try #require(SocketVisitor(port: frame.httpPort, host: Self.host))
            var refused = frame.server(await router.table, keepsStreams: true)
            refused.routes.append(CaddyRoute(handle: [CaddyHandler(handler: "there is no such handler")]))
            await #expect(throws: StageFailure.self) { try await client.patchServer(refused, ifMatch: nil) }
            #expect(visitor.echoes("still there"))
            #expect(try await !router.verify())
        }
        withExtendedLifetime(echo) {}
    }

    @Test func aCaddyOfOnesOwnKeepsThemIfItCan() async throws {
        let echo = try EchoSocket()
        try await withCaddy { caddy, frame in
            let (id, routes) = talk(to: echo.port)
            let router = Router(admin: .socket(caddy.admin.socketPath ?? ""), frame: frame, log: .silent)
            try await router.set(routes, for: id)
            let isNew = ManagedCaddy.keepsStreams(try await caddy.version())
            #expect(await router.keepsStreams == isNew)
            let visitor = try #require(SocketVisitor(port: frame.httpPort, host: Self.host))
            let (id1, routes1) = other(1, port: 9)
            try await router.set(routes1, for: id1)
            if isNew { #expect(visitor.echoes("still there")) }
            // Another daemon after this one finds it right as it is.
            let next = Router(admin: .socket(caddy.admin.socketPath ?? ""), frame: frame, log: .silent)
            #expect(try await !next.verify())
        }
        withExtendedLifetime(echo) {}
    }

    @Test(arguments: [false, true])
    func changesThatCutThemGoTogether(_ knowsDelay: Bool) async throws {
        let admin = MemoryAdmin(knowsDelay: knowsDelay)
        let frame = CaddyFrame(httpPort: 1, daemonAddress: "127.0.0.1:1")
        let router = Router(client: admin, files: nil, routesDirectory: nil, frame: frame, log: .silent)
        let (id, routes) = talk(to: 9)
        try await router.set(routes, for: id)
        #expect(await router.keepsStreams == knowsDelay)
        let before = await admin.changes
        try await withThrowingTaskGroup { group in
            for number in 1...20 {
                let (id, routes) = other(number, port: 9)
                group.addTask {
                    // Not all in the same moment.
                    try await Task.sleep(for: .milliseconds(number * 20))
                    try await router.set(routes, for: id)
                }
            }
            try await group.waitForAll()
        }
        #expect(await router.table.environments.count == 21)
        #expect(await admin.table == router.table)
        let changes = await admin.changes - before
        // The first waits until the distance is kept, and takes along what comes meanwhile.
        if knowsDelay { #expect(changes > 1) } else { #expect(changes <= 2) }
    }
}
