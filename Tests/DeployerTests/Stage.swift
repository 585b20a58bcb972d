import ContainerEngine
import Deployer
import Glibc
import HTTPClient
import Lifecycle
import Model
import Synchronization
import TestSupport
import Testing

/// Ports below those that the kernel gives to clients, each once: a port that is only free at the moment may be some
/// client's in the next.
enum QuietPort {
    private static let last = Mutex(Int(getpid()) * 89 % 8000)

    static func next() -> Int {
        while true {
            let port = last.withLock { last in
                last = (last + 1) % 8000
                return 11_000 + last
            }
            if ListeningPorts.ofNetwork(of: Int(getpid()))?.sockets.contains(where: { $0.port == port }) != true {
                return port
            }
        }
    }
}

/// A Caddy of one test's own, ended when the test is done.
func withCaddy(
    publicHost: String? = nil, _ body: (_ caddy: ManagedCaddy, _ frame: CaddyFrame) async throws -> Void
) async throws {
    let directory = try TemporaryDirectory()
    let port = QuietPort.next()
    let frame = CaddyFrame(httpPort: port, daemonAddress: "127.0.0.1:1", publicHost: publicHost)
    let caddy = ManagedCaddy(directory: directory.path(of: "caddy"), frame: frame, log: .silent)
    guard access("/usr/bin/caddy", X_OK) == 0 else { try Test.cancel("caddy is not installed") }
    try await caddy.start()
    do { try await body(caddy, frame) } catch {
        try await caddy.stop()
        throw error
    }
    try await caddy.stop()
    withExtendedLifetime(directory) {}
}

/// An engine, a Caddy and a Deployer over both, for one test.
struct Stage: Sendable {
    let fixture: EngineFixture
    let engine: EngineClient
    let router: Router
    let caddy: ManagedCaddy
    let frame: CaddyFrame
    let deployer: Deployer
    let ports: TestPorts
    let instance: String
    let environment: EnvironmentID

    static func with(
        _ program: EngineFixture.Program, _ body: @Sendable (Stage) async throws -> Void
    ) async throws {
        let fixture = try await EngineFixture.forTest(program)
        try await withCaddy { caddy, frame in
            let engine = EngineClient(socketPath: fixture.socketPath)
            let router = Router(admin: caddy.admin, frame: frame, log: .silent)
            let instance = fixture.uniqueName("instance")
            let subnets = try #require(SubnetBlock(fixture.uniqueSubnet()))
            let ports = TestPorts()
            let stage = Stage(
                fixture: fixture, engine: engine, router: router, caddy: caddy, frame: frame,
                deployer: Deployer(
                    engine: engine, router: router, instance: instance, subnets: subnets, ports: ports, log: .silent),
                ports: ports, instance: instance, environment: .make(fixture.uniqueName("shop")))
            do { try await body(stage) } catch {
                try? await stage.deployer.remove(stage.environment)
                throw error
            }
            try await stage.deployer.remove(stage.environment)
        }
    }

    /// A Deployer that remembers nothing, as after a restart of the daemon.
    func restarted() -> Stage {
        let router = Router(admin: caddy.admin, frame: frame, log: .silent)
        let subnets = SubnetBlock(fixture.uniqueSubnet()) ?? SubnetBlock(address: 0, prefixLength: 0)
        return Stage(
            fixture: fixture, engine: engine, router: router, caddy: caddy, frame: frame,
            deployer: Deployer(
                engine: engine, router: router, instance: instance, subnets: subnets, ports: ports, log: .silent),
            ports: ports, instance: instance, environment: environment)
    }

    /// A release of one service that says a text over HTTP.
    func wanted(
        saying text: String, release: Character, _ definition: ServiceDefinition = .quick
    ) throws -> WantedEnvironment {
        try wanted(running: EngineFixture.webScript(saying: text), release: release, definition)
    }

    /// A release of one service that runs a script.
    func wanted(
        running script: String, release: Character, _ definition: ServiceDefinition = .quick
    ) throws -> WantedEnvironment {
        let id = try #require(ImageID(try fixture.image(running: script)))
        return .make(
            environment, services: [.make("web", definition, image: id)], release: sha(release),
            hosts: ["web": ["\(environment.project).localhost"]])
    }

    /// Brings an environment up, with nobody listening.
    @discardableResult
    func converge(_ wanted: WantedEnvironment) async throws(StageFailure) -> Convergence {
        try await deployer.converge(on: wanted, reporter: Reporter())
    }

    /// Looks at the environment until it is as claimed, for at most as long as a busy machine may take.
    func waitUntil(_ isSo: (ObservedEnvironment) -> Bool) async {
        let limit = Deadline.after(.seconds(30))
        while !limit.hasPassed {
            if let observed = try? await deployer.observe(environment), isSo(observed) { return }
            await Task.yield()
        }
        Issue.record("the environment did not become what it should")
    }

    /// Makes and starts the container of a release's only service as a pass would, and returns its id.
    func makeByHand(_ wanted: WantedEnvironment, named name: String) async throws -> String {
        let service = try #require(wanted.release.services.first)
        let port = try await ports.port(for: name)
        let labels = LabelSet(instance: instance, wanted: wanted, service: service, replica: 1, port: port)
        let id = try await engine.create(
            ContainerSpec(
                name: name, image: service.image, labels: labels.encoded,
                network: ContainerNames.network(of: environment),
                publish: .init(hostPort: port, containerPort: 8080), stopTimeout: .zero))
        try await engine.start(id)
        return id
    }

    /// What the environment's host answers through the proxy.
    func page(path: String = "/index.html") throws -> (status: Int, text: String) {
        try Visitor(port: frame.httpPort, host: "\(environment.project).localhost").get(path)
    }
}

extension ServiceDefinition {
    /// Timeouts that suit a test: busybox as the first process of a container does not listen to SIGTERM.
    static let quick = Self.quick()

    static func quick(
        health: HealthCheck = .init(deadline: .seconds(20)), replicas: Int = 1, overlap: Bool = true,
        port: PortChoice = .automatic, drain: Duration = .milliseconds(100)
    ) -> Self {
        Self(
            port: port, health: health, replicas: replicas, drainTimeout: drain, stopTimeout: .zero,
            overlap: overlap)
    }
}

/// Somebody with a browser.
struct Visitor: Sendable {
    let port: Int
    let host: String

    func get(_ path: String) throws -> (status: Int, text: String) {
        var session = try HTTPSession()
        return try get(path, over: &session)
    }

    func status(_ path: String) throws -> Int { try get(path).status }

    func text(_ path: String) throws -> String { try get(path).text }

    /// The values of a header that may come several times, one from each server on the way.
    func header(_ name: String, of path: String) throws -> [String] {
        var session = try HTTPSession()
        let answer = try session.perform(
            HTTPRequest(url: "http://127.0.0.1:\(port)\(path)", headers: [HTTPHeader("Host", host)]))
        return answer.headers.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func get(_ path: String, over session: inout HTTPSession) throws -> (status: Int, text: String) {
        let answer = try session.perform(
            HTTPRequest(url: "http://127.0.0.1:\(port)\(path)", headers: [HTTPHeader("Host", host)]))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }
}

/// Two visitors who come back at once, over and over: one keeps its connection, the other never does.
struct Crowd: Sendable {
    private let visitor: Visitor
    private let pool = BlockingPool(name: "visitors", width: 2)
    private let notes = Shared<String>("")
    private let start = ContinuousClock.now

    init(of visitor: Visitor) { self.visitor = visitor }

    /// Says what is being done, for the description of a failure.
    func note(_ text: String) { notes.value = "\(text), \(ContinuousClock.now - start)" }

    /// Visits while the body runs; returns how often, and what went wrong.
    func visits(_ path: String, _ body: () async throws -> Void) async throws -> (count: Int, failures: [String]) {
        let isDone = Shared(false)
        let failures = Shared<[String]>([])
        return try await withThrowingTaskGroup(of: Int.self) { group in
            defer { isDone.value = true }
            for keepsConnection in [true, false] {
                group.addTask {
                    try await pool.run {
                        var count = 0
                        var session = try HTTPSession()
                        while !isDone.value {
                            count += 1
                            let began = ContinuousClock.now - start
                            let problem: String?
                            do {
                                if !keepsConnection { session = try HTTPSession() }
                                let status = try visitor.get(path, over: &session).status
                                problem = status == 200 ? nil : "status \(status)"
                            } catch {
                                problem = "\(error)"
                            }
                            guard let problem else { continue }
                            let note = notes.value
                            failures.update {
                                $0.append("\(problem), from \(began) to \(ContinuousClock.now - start), during \(note)")
                            }
                        }
                        return count
                    }
                }
            }
            try await body()
            isDone.value = true
            let count = try await group.reduce(0, +)
            return (count, failures.value)
        }
    }
}

/// Ports that are free, remembered by container.
actor TestPorts: PortSource {
    private var byContainer: [String: Int] = [:]
    private(set) var released: [Int] = []
    private var forced: [Int] = []

    /// The next port that is asked for is this one.
    func force(_ port: Int) { forced.append(port) }

    func port(for container: String) async throws(StageFailure) -> Int {
        if let port = byContainer[container] { return port }
        let port = forced.popLast() ?? QuietPort.next()
        byContainer[container] = port
        return port
    }

    func found(_ ports: [String: Int]) async {}

    nonisolated func isUnused(_ port: Int) async -> Bool {
        ListeningPorts.ofNetwork(of: Int(getpid()))?.sockets.contains { $0.port == port } != true
    }

    func release(port: Int) async {
        released.append(port)
        byContainer = byContainer.filter { $0.value != port }
    }
}

/// Writes down what a deployment says, and can refuse its switch.
final class Reporter: DeploymentReporter {
    private let heard = Mutex<[String]>([])
    private let isAllowed: Bool
    private let onSwitch: @Sendable () async -> Void

    init(isAllowed: Bool = true, onSwitch: @escaping @Sendable () async -> Void = {}) {
        self.isAllowed = isAllowed
        self.onSwitch = onSwitch
    }

    var words: [String] { heard.withLock { $0 } }

    func entered(_ state: DeploymentState) async { heard.withLock { $0.append(state.rawValue) } }

    func step(_ name: String, _ progress: StepProgress) async {
        if progress == .began { heard.withLock { $0.append(name) } }
    }

    func maySwitch() async -> Bool {
        await onSwitch()
        return isAllowed
    }
}

/// One value that several threads see.
final class Shared<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    init(_ value: Value) { stored = Mutex(value) }

    var value: Value {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }

    func update(_ body: (inout sending Value) -> Void) { stored.withLock { body(&$0) } }
}
