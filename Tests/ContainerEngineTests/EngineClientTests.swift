import ContainerEngine
import HTTPClient
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct EngineClientTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func saysWhichEngineAnswers(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let version = try await bench.engine.version()
        #expect(version.flavour.rawValue == program.rawValue)
        #expect(version.platform.hasPrefix("linux/"))
        #expect(!version.version.isEmpty)
    }

    @Test
    func saysThatNobodyListens() async throws {
        let directory = try TemporaryDirectory()
        let engine = EngineClient(socketPath: directory.path(of: "engine.sock"))
        let error = await #expect(throws: EngineError.self) { try await engine.containers(labels: [:]) }
        #expect(error?.isUnavailable == true)
        #expect(error?.request == "GET /_ping")
    }

    /// A daemon whose records are another's by now still looks, and changes nothing.
    @Test(arguments: EngineFixture.Program.allCases)
    func changesNothingWhereItMayNot(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.engine.create(bench.spec())
        let barred = EngineClient(socketPath: bench.engine.socketPath) { false }
        let name = bench.fixture.uniqueName("other")
        let attempts: [() async throws -> Void] = [
            { _ = try await barred.create(bench.spec { $0.name = name }) },
            { try await barred.start(id) }, { try await barred.stop(id, timeout: nil) },
            { try await barred.kill(id) }, { try await barred.remove(id, force: true) },
            { try await barred.createVolume(name: name, labels: bench.labels) },
            { _ = try await barred.pull("slipway.local/none:1") },
            { _ = try await barred.build(bench.request(), context: { nil }, onOutput: { _ in }) },
        ]
        for attempt in attempts {
            let error = await #expect(throws: EngineError.self) { try await attempt() }
            #expect(error?.isCancelled == true, "\(String(describing: error))")
        }
        let containers = try await barred.containers(labels: bench.labels)
        #expect(containers.map(\.id) == [id])
        #expect(containers.first?.state == .created)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func findsSocketsThatExist(_ program: EngineFixture.Program) async throws {
        let fixture = try await EngineFixture.forTest(program)
        let variable = program == .podman ? "CONTAINER_HOST" : "DOCKER_HOST"
        #expect(
            EngineClient.discover(environment: [variable: "unix://\(fixture.socketPath)"]).first == fixture.socketPath)
        #expect(!EngineClient.discover(environment: [variable: "unix:///nowhere.sock"]).contains("/nowhere.sock"))
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func asksManyThingsAtOnce(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let id = try await bench.engine.create(bench.spec())
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await bench.engine.containers(labels: bench.labels).filter { $0.id == id }.count }
            }
            for try await count in group { #expect(count == 1) }
        }
    }
}
