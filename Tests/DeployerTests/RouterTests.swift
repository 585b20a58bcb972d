import FoundationEssentials
import HTTPClient
import Lifecycle
import Model
import TestSupport
import Testing

@testable import Deployer

struct RouterTests {
    private func route(_ number: Int, port: Int = 9) -> (EnvironmentID, [Route]) {
        let id = EnvironmentID.make("shop", "branch-\(number)")
        return (id, [Route(environment: id, service: "web", hosts: ["branch-\(number).localhost"], ports: [port])])
    }

    @Test func strangersGetAPageThatNamesNothing() async throws {
        try await withCaddy { caddy, frame in
            let answer = try Visitor(port: frame.httpPort, host: "nobody.localhost").get("/")
            #expect(answer.status == 404)
            #expect(answer.text.contains("Nothing runs here"))
        }
    }

    @Test func deliveriesAreForwardedOnThePublicHostAlone() async throws {
        try await withCaddy(publicHost: "slipway.example.com") { caddy, frame in
            // Nobody listens at the daemon's address: 502 says that it was tried.
            let host = Visitor(port: frame.httpPort, host: "slipway.example.com")
            let other = Visitor(port: frame.httpPort, host: "other.example.com")
            let statuses = [
                try host.status("/hooks/shop"), try host.status("/api/v1"), try other.status("/hooks/shop"),
            ]
            #expect(statuses == [502, 404, 404])
        }
    }

    /// Both ways of keeping routes: in files that Caddy looks up, and in its configuration.
    enum Way: CaseIterable {
        case files
        case configuration

        func router(_ caddy: ManagedCaddy, _ frame: CaddyFrame) -> Router {
            let path = caddy.admin.socketPath ?? ""
            return Router(admin: self == .files ? caddy.admin : .socket(path), frame: frame, log: .silent)
        }
    }

    @Test(arguments: Way.allCases)
    func anotherRouterTakesOverWhatIsThere(_ way: Way) async throws {
        try await withCaddy { caddy, frame in
            let first = way.router(caddy, frame)
            let (id, routes) = route(1)
            try await first.set(routes, for: id)
            let second = way.router(caddy, frame)
            try await second.load()
            let table = await second.table
            #expect(table == RouteTable(routes))
            #expect(try await !second.verify())
        }
    }

    @Test(arguments: Way.allCases)
    func manyChangesAtOnceAllArrive(_ way: Way) async throws {
        try await withCaddy { caddy, frame in
            let router = way.router(caddy, frame)
            try await withThrowingTaskGroup { group in
                for number in 1...60 {
                    let (id, routes) = route(number)
                    group.addTask { try await router.set(routes, for: id) }
                }
                try await group.waitForAll()
            }
            let again = way.router(caddy, frame)
            try await again.load()
            #expect(await again.table.environments.count == 60)
            #expect(await again.table == router.table)
        }
    }

    @Test(arguments: Way.allCases)
    func aRouteLeadsToItsContainersAndAwayAgain(_ way: Way) async throws {
        try await withCaddy { backend, other in
            try await withCaddy { caddy, frame in
                let router = way.router(caddy, frame)
                let (id, routes) = route(1, port: other.httpPort)
                let visitor = Visitor(port: frame.httpPort, host: "branch-1.localhost")
                try await router.set(routes, for: id)
                // The other Caddy knows the host as little, so what tells is that the request came to it.
                let served = try visitor.header("Server", of: "/")
                try await router.set([], for: id)
                let gone = try visitor.header("Server", of: "/")
                #expect(served == ["Caddy", "Caddy"])
                #expect(gone == ["Caddy"])
            }
        }
    }

    @Test(arguments: Way.allCases, ["BRANCH-1.localhost", "Branch-1.LocalHost", "branch-1.localhost:80"])
    func aHostInCapitalsIsTheSameHost(_ way: Way, _ host: String) async throws {
        try await withCaddy { caddy, frame in
            let (id, routes) = route(1)
            try await way.router(caddy, frame).set(routes, for: id)
            // Nobody listens behind the route: 502 says that it was found.
            #expect(try Visitor(port: frame.httpPort, host: host).status("/") == 502)
        }
    }

    @Test func severalContainersTakeTurnsAndOneThatIsGoneIsPassedOver() async throws {
        try await withCaddy { backend, other in
            try await withCaddy { caddy, frame in
                let router = Way.files.router(caddy, frame)
                let nobody = QuietPort.next()
                let id = EnvironmentID.make("shop", "branch-1")
                let ports = [other.httpPort, nobody, other.httpPort]
                let route = Route(environment: id, service: "web", hosts: ["branch-1.localhost"], ports: ports)
                try await router.set([route], for: id)
                let visitor = Visitor(port: frame.httpPort, host: "branch-1.localhost")
                let served = try (1...6).map { _ in try visitor.header("Server", of: "/").count }
                #expect(served == [2, 2, 2, 2, 2, 2])
            }
        }
    }

    @Test(arguments: ["*", "..", "a*", "BRANCH-1.localhost/", "branch-?.localhost", "[a-z]ranch-1.localhost"])
    func aHostThatIsAPatternOrAPathLeadsNowhere(_ host: String) async throws {
        try await withCaddy { caddy, frame in
            let (id, routes) = route(1)
            try await Way.files.router(caddy, frame).set(routes, for: id)
            let status = try Visitor(port: frame.httpPort, host: host).status("/")
            #expect(status == 404 || status == 400)
        }
    }

    @Test func routesMoveEvenWhileCaddyIsAway() async throws {
        try await withCaddy { caddy, frame in
            let router = Way.files.router(caddy, frame)
            try await caddy.stop()
            let (id, routes) = route(1)
            try await router.set(routes, for: id)
            await #expect(throws: StageFailure.self) { try await router.verify() }
            try await caddy.start()
            #expect(try await !router.verify())
            let status = try Visitor(port: frame.httpPort, host: "branch-1.localhost").status("/")
            #expect(status == 502)
        }
    }

    @Test func whatIsSoAlreadyIsNotAskedForAndWhatFailsIsTakenBack() async throws {
        try await withCaddy { caddy, frame in
            let router = Way.configuration.router(caddy, frame)
            let (id, routes) = route(1)
            try await router.set(routes, for: id)
            try await caddy.stop()
            try await router.set(routes, for: id)
            let failure = await #expect(throws: StageFailure.self) { try await router.set([], for: id) }
            #expect(failure?.reason == .proxyUnavailable)
            #expect(await router.table[id] == routes)
            #expect(await router.isServing(port: 9))
        }
    }

    @Test(arguments: Way.allCases)
    func aProxyThatLostOurServerGetsItBack(_ way: Way) async throws {
        try await withCaddy { caddy, frame in
            let router = way.router(caddy, frame)
            let (id, routes) = route(1)
            try await router.set(routes, for: id)
            #expect(try await !router.verify())
            // As an external Caddy that was restarted with a configuration of its own.
            var session = try HTTPSession()
            _ = try session.perform(
                HTTPRequest(
                    method: "DELETE", socketPath: caddy.admin.socketPath, url: "http://slipway/config/apps/http/servers"
                ))
            #expect(try await router.verify())
            #expect(try await !router.verify())
            let again = way.router(caddy, frame)
            try await again.load()
            #expect(await again.table[id] == routes)
        }
    }

    /// The log says what was wrong: nothing is called lost that was not.
    @Test func whatIsMendedIsCalledWhatItIs() async throws {
        let lines = Lines()
        let log = Log(sink: lines, threshold: .info)
        let admin = MemoryAdmin(knowsDelay: true)
        func router(publicHost: String?) -> Router {
            Router(
                client: admin, files: nil, routesDirectory: nil,
                frame: CaddyFrame(httpPort: 8080, daemonAddress: "127.0.0.1:7420", publicHost: publicHost), log: log)
        }
        let first = router(publicHost: nil)
        #expect(try await first.verify())
        let (id, routes) = route(1)
        try await first.set(routes, for: id)
        #expect(try await !first.verify())
        #expect(lines.messages == ["the proxy has no server of ours; giving it one"])
        // The daemon was started with another public_url: every route is there.
        let second = router(publicHost: "slipway.example.com")
        #expect(try await second.verify())
        #expect(lines.messages.last == "the proxy's server is not what the configuration makes of it; changing it")
        // Somebody took the routes away.
        let bare = CaddyFrame(httpPort: 8080, daemonAddress: "127.0.0.1:7420", publicHost: "slipway.example.com")
        _ = try await admin.patchServer(bare.server(RouteTable(), keepsStreams: true), ifMatch: nil)
        #expect(try await second.verify())
        #expect(lines.messages.last == "the proxy has other routes than it should; mending that")
        #expect(await admin.table == RouteTable(routes))
    }

    private final class Lines: Log.Sink {
        private let stored = Shared<[String]>([])
        var messages: [String] { stored.value }
        func write(_ record: Log.Record) { stored.update { $0.append(record.message) } }
    }

    @Test func routesThatSomebodyRemovedAreWrittenAgain() async throws {
        try await withCaddy { caddy, frame in
            let router = Way.files.router(caddy, frame)
            let (id, routes) = route(1)
            try await router.set(routes, for: id)
            let directory = try #require(caddy.admin.routesDirectory)
            try FileManager.default.removeItem(atPath: directory + "/branch-1.localhost")
            #expect(try await router.verify())
            #expect(try await !router.verify())
            let again = Way.files.router(caddy, frame)
            try await again.load()
            #expect(await again.table[id] == routes)
        }
    }

    @Test func routesSurviveARestartOfTheManagedCaddy() async throws {
        try await withCaddy { caddy, frame in
            let (id, routes) = route(1)
            try await Router(admin: caddy.admin, frame: frame, log: .silent).set(routes, for: id)
            #expect(try await !caddy.start())
            try await caddy.stop()
            #expect(try await caddy.start())
            let status = try Visitor(port: frame.httpPort, host: "branch-1.localhost").status("/")
            #expect(status == 502)
        }
    }

    @Test func otherServersOfTheSameCaddyAreLeftAlone() async throws {
        try await withCaddy { caddy, frame in
            let port = QuietPort.next()
            var session = try HTTPSession()
            let body = #"{"listen":[":\#(port)"],"routes":[{"handle":[{"handler":"static_response","body":"mine"}]}]}"#
            let answer = try session.perform(
                HTTPRequest(
                    method: "PUT", socketPath: caddy.admin.socketPath,
                    url: "http://slipway/config/apps/http/servers/theirs",
                    headers: [HTTPHeader("Content-Type", "application/json")], body: .bytes(Array(body.utf8))))
            #expect(answer.status == 200)
            let (id, routes) = route(1)
            let router = Way.configuration.router(caddy, frame)
            try await router.set(routes, for: id)
            try await router.set([], for: id)
            let text = try Visitor(port: port, host: "anything").text("/")
            #expect(text == "mine")
        }
    }

    @Test func aPortThatIsTakenIsNamedWithItsHolder() async throws {
        try await withCaddy { caddy, frame in
            let directory = try TemporaryDirectory()
            let second = ManagedCaddy(directory: directory.path(of: "caddy"), frame: frame, log: .silent)
            let failure = await #expect(throws: StageFailure.self) { try await second.start() }
            #expect(
                failure?.message.hasPrefix("Caddy cannot be started: port \(frame.httpPort) is taken by caddy (pid ")
                    == true)
        }
    }

    @Test func aCaddyThatMovedDoesNotResumeWhatItWas() async throws {
        try await withCaddy { caddy, frame in
            let (id, routes) = route(1)
            try await Router(admin: caddy.admin, frame: frame, log: .silent).set(routes, for: id)
            try await caddy.stop()
            var moved = frame
            moved.httpPort = QuietPort.next()
            let socket = try #require(caddy.admin.socketPath)
            let directory = String(socket.dropLast("/admin.sock".count))
            let second = ManagedCaddy(directory: directory, frame: moved, log: .silent)
            try await second.start()
            let status = try Visitor(port: moved.httpPort, host: "nobody.localhost").status("/")
            #expect(status == 404)
        }
    }

    @Test func aChangeOnTopOfAnotherIsRefusedAndTriedAnew() async throws {
        try await withCaddy { caddy, frame in
            let client = CaddyClient(admin: caddy.admin)
            let answer = try await client.server()
            let etag = try #require(answer.etag)
            let table = RouteTable(route(1).1)
            let (some, none) = (
                frame.server(table, keepsStreams: false), frame.server(RouteTable(), keepsStreams: false)
            )
            #expect(try await client.server(unless: etag) == nil)
            #expect(try await client.patchRoutes(of: some, ifMatch: etag))
            #expect(try await !client.patchRoutes(of: none, ifMatch: etag))
            let router = Way.configuration.router(caddy, frame)
            try await router.set([], for: route(1).0)
            #expect(await router.table == RouteTable())
        }
    }

    @Test func aSocketOfSomebodyElsesCaddyWithoutOriginsIsSpokenTo() async throws {
        try await withCaddy { caddy, frame in
            let socket = try #require(caddy.admin.socketPath)
            var session = try HTTPSession()
            let answer = try session.perform(
                HTTPRequest(
                    method: "DELETE", socketPath: socket, url: "http://slipway/config/admin/origins"))
            #expect(answer.status == 200)
            let (id, routes) = route(1)
            let router = Router(admin: .url("unix://" + socket), frame: frame, log: .silent)
            try await router.set(routes, for: id)
            #expect(try await !router.verify())
            // So that the test's own Caddy can be ended again.
            let origins = try session.perform(
                HTTPRequest(
                    method: "PUT", socketPath: socket, url: "http://localhost/config/admin/origins",
                    headers: [HTTPHeader("Host", ""), HTTPHeader("Content-Type", "application/json")],
                    body: .bytes(Array(#"["slipway"]"#.utf8))))
            #expect(origins.status == 200)
        }
    }

    @Test(arguments: [("2.6.2", false), ("2.7.0", true), ("2.7.6-1", true), ("2.10.0", true), ("3.0", true)])
    func whichCaddyKeepsWebSocketsIsKnown(_ version: String, _ keeps: Bool) {
        #expect(ManagedCaddy.keepsStreams(version) == keeps)
    }

    @Test func saysItsVersion() async throws {
        try await withCaddy { caddy, _ in
            let version = try await caddy.version()
            #expect(version.hasPrefix("2."))
        }
    }

    @Test func aProgramThatIsNoCaddyIsRefused() async throws {
        let directory = try TemporaryDirectory()
        let frame = CaddyFrame(httpPort: 1, daemonAddress: "127.0.0.1:1")
        let caddy = ManagedCaddy(directory: directory.path, frame: frame, executable: "/bin/true", log: .silent)
        let failure = await #expect(throws: StageFailure.self) { try await caddy.version() }
        #expect(failure?.message == "/bin/true does not say its version")
    }
}
