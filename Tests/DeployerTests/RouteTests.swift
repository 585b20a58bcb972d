import Model
import Testing

@testable import Deployer

struct RouteTests {
    private let frame = CaddyFrame(httpPort: 8080, daemonAddress: "127.0.0.1:7420", publicHost: "slipway.example.com")

    private var table: RouteTable {
        var table = RouteTable()
        table[.make()] = [
            Route(environment: .make(), service: "web", hosts: ["b.localhost", "a.localhost"], ports: [2, 1])
        ]
        table[.make("shop", "pr-42")] = [
            Route(environment: .make("shop", "pr-42"), service: "web", hosts: ["c.localhost"], ports: [3])
        ]
        return table
    }

    @Test func anIdSaysWhoseTheRouteIs() throws {
        let owner = try #require(Route.owner(of: "slipway--shop--pr-42--web-2"))
        #expect(owner.environment == .make("shop", "pr-42"))
        #expect(owner.service == "web-2")
    }

    @Test(arguments: ["", "web", "slipway--shop--staging", "slipway--shop--staging--", "other--shop--staging--web"])
    func otherIdsAreNobodys(_ id: String) {
        #expect(Route.owner(of: id) == nil)
    }

    @Test func theProxysDocumentIsReadBack() throws {
        let server = try #require(CaddyFrame.decode(CaddyServer.self, CaddyFrame.encode(frame.server(table))))
        #expect(CaddyFrame.table(in: server) == table)
        #expect(server == frame.server(table))
    }

    @Test func theServerThatLooksRoutesUpIsReadBack() throws {
        let wanted = frame.server(routesDirectory: "/var/lib/slipway/caddy/routes")
        #expect(CaddyFrame.decode(CaddyServer.self, CaddyFrame.encode(wanted)) == wanted)
        #expect(CaddyFrame.table(in: wanted) == RouteTable())
    }

    @Test func theSameRoutesAreTheSameBytes() {
        let again = RouteTable(table.routes.reversed())
        #expect(CaddyFrame.encode(frame.server(table)) == CaddyFrame.encode(frame.server(again)))
    }

    @Test func deliveriesComeFirstAndStrangersLast() throws {
        let routes = frame.server(table).routes
        #expect(routes.first?.match == [CaddyMatch(host: ["slipway.example.com"], path: ["/hooks/*"])])
        #expect(routes.first?.handle.first?.upstreams == [CaddyUpstream(dial: "127.0.0.1:7420")])
        #expect(routes.last?.match == nil)
        #expect(routes.last?.handle.first?.statusCode == "404")
        #expect(routes.count == 4)
    }

    @Test func anEnvironmentWithoutRoutesIsNotInTheTable() {
        var table = table
        table[.make()] = []
        #expect(Array(table.environments.keys) == [.make("shop", "pr-42")])
    }
}

struct PortUsageTests {
    private let start = ContinuousClock.now
    private let old = Timestamp(milliseconds: 0)
    private let startedAt = Timestamp(milliseconds: 1000)
    private let new = Timestamp(milliseconds: 2000)

    @Test func knowsSinceWhenNothingIsSentToAPort() {
        var usage = PortUsage()
        usage.begin(with: [1], now: start, wallClock: startedAt)
        usage.moved(to: [2], now: start + .seconds(1))
        #expect(usage.idle(port: 1, madeAt: old, wallClock: new) == start + .seconds(1))
        #expect(usage.idle(port: 2, madeAt: new, wallClock: new) == nil)
        usage.moved(to: [1, 2], now: start + .seconds(2))
        #expect(usage.idle(port: 1, madeAt: old, wallClock: new) == nil)
    }

    @Test func whatNothingWasEverSentToNeedsNoDrain() {
        var usage = PortUsage()
        usage.begin(with: [1], now: start, wallClock: startedAt)
        #expect(usage.idle(port: 7, madeAt: new, wallClock: new) == nil)
    }

    @Test func whatIsOlderThanTheRouterMayHaveBeenServedUntilItBegan() {
        var usage = PortUsage()
        usage.begin(with: [1], now: start, wallClock: startedAt)
        #expect(usage.idle(port: 7, madeAt: old, wallClock: new) == start)
    }

    @Test func whatWasMadeBeforeTheClockWasSetBackMayHaveBeenServedToo() {
        var usage = PortUsage()
        usage.begin(with: [1], now: start, wallClock: startedAt)
        #expect(usage.idle(port: 7, madeAt: Timestamp(milliseconds: 9000), wallClock: new) == start)
    }
}
