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
