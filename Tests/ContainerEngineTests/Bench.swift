import ContainerEngine
import Lifecycle
import Model
import TestSupport
import Testing

/// What every test of this target needs: an engine of its own kind, a client of it, and labels nothing else has.
struct Bench {
    let fixture: EngineFixture
    let engine: EngineClient
    let labels: [String: String]

    init(_ program: EngineFixture.Program) async throws {
        self.init(try await EngineFixture.forTest(program))
    }

    init(_ fixture: EngineFixture) {
        self.fixture = fixture
        engine = EngineClient(socketPath: fixture.socketPath)
        labels = ["io.slipway.instance": fixture.uniqueName("instance")]
    }

    /// Sleeps for ever, and ends at once when it is asked to.
    static let idle = "trap 'exit 0' TERM; while :; do busybox sleep 1000 & wait $!; done"

    /// Building blocks its thread.
    private static let builders = BlockingPool(name: "slipway.test.builders", width: 2)

    func image(running script: String = Self.idle) async throws -> ImageID {
        let fixture = fixture
        let id = await Self.builders.run { Result { try fixture.image(running: script) } }
        return try #require(ImageID(id.get()))
    }

    func network() async throws -> String {
        try await engine.createNetwork(
            name: fixture.uniqueName("network"), subnet: fixture.uniqueSubnet(), labels: labels)
    }

    /// A container's description, with nothing in it that a test does not ask for.
    func spec(
        running script: String = Self.idle, in network: String? = nil,
        _ change: (inout ContainerSpec) -> Void = { _ in }
    ) async throws -> ContainerSpec {
        var known = network
        if known == nil { known = try await self.network() }
        var spec = ContainerSpec(
            name: fixture.uniqueName("container"), image: try await image(running: script), labels: labels,
            network: try #require(known), restartPolicy: .never)
        change(&spec)
        return spec
    }

    /// Makes and starts a container and returns its id.
    func run(
        _ script: String = Self.idle, in network: String? = nil, _ change: (inout ContainerSpec) -> Void = { _ in }
    ) async throws -> String {
        let id = try await engine.create(spec(running: script, in: network, change))
        try await engine.start(id)
        return id
    }

    /// Waits until a container has ended and returns what is known of it.
    func end(of id: String) async throws -> ContainerDetail {
        try await engine.logs(container: id, tail: 0, follow: true) { _ in }
        return try await detail(of: id) { $0.container.state == .exited }
    }

    /// Between two looks at something that tells nobody when it changes.
    static func pause() async throws { try await Task.sleep(for: .milliseconds(50)) }

    /// Asks about a container until the answer is as wanted; a test's time limit is the bound.
    func detail(of id: String, until isWanted: (ContainerDetail) -> Bool) async throws -> ContainerDetail {
        while true {
            let detail = try #require(try await engine.inspect(container: id))
            if isWanted(detail) { return detail }
            try await Self.pause()
        }
    }

    /// Everything a container has written until it ended.
    func output(of id: String, tail: Int? = nil) async throws -> String {
        _ = try await end(of: id)
        let text = Collected<UInt8>()
        try await engine.logs(container: id, tail: tail, follow: false) { text.append($0) }
        return String(decoding: text.all, as: UTF8.self)
    }
}

extension Bench {
    /// A build's description, with nothing in it that a test does not ask for.
    func request() -> BuildRequest {
        BuildRequest(labels: labels, tag: "slipway.local/test:\(fixture.uniqueName("key"))", memoryBytes: 256 << 20)
    }

    /// Builds from a context that has the Dockerfile and a busybox.
    func build(
        _ dockerfile: String, _ request: BuildRequest, onOutput: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ImageID {
        let bytes = try EngineFixture.context(dockerfile: dockerfile)
        while true {
            let context = Collected<UInt8>()
            context.append(bytes)
            do throws(EngineError) {
                return try await engine.build(request, context: { context.takeAll() }, onOutput: onOutput)
            } catch {
                guard error.isRuntimeKilled, !Task.isCancelled else { throw error }
            }
        }
    }
}
