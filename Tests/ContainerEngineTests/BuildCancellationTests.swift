import ContainerEngine
import FoundationEssentials
import HTTPClient
import Model
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(2)))
struct BuildCancellationTests {
    @Test(arguments: EngineFixture.Program.allCases)
    func endsTheStepsProcesses(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let marker = "1\(UInt32.random(in: 1_000_000...9_999_999))"
        let output = Collected<String>()
        await withTaskGroup(of: EngineError?.self) { group in
            group.addTask {
                await #expect(throws: EngineError.self) {
                    try await bench.build(Self.sleeping(marker), bench.request()) { output.append([$0]) }
                }
            }
            await output.wait { $0.joined().contains("begun\n") }
            group.cancelAll()
            let error = await group.next()
            #expect(error??.isCancelled == true, "\(String(describing: error))")
        }
        try await Self.waitUntilNothingIsLeft(of: marker, in: bench)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func keepsAStepThatHasNotBegunFromRunning(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let marker = "1\(UInt32.random(in: 1_000_000...9_999_999))"
        let output = Collected<String>()
        await withTaskGroup(of: EngineError?.self) { group in
            group.addTask {
                await #expect(throws: EngineError.self) {
                    try await bench.build(Self.sleeping(marker), bench.request()) { output.append([$0]) }
                }
            }
            // The first words of the build, when nothing of it runs yet.
            await output.wait { !$0.isEmpty }
            group.cancelAll()
            let error = await group.next()
            #expect(error??.isCancelled == true, "\(String(describing: error))")
        }
        try await Self.waitUntilNothingIsLeft(of: marker, in: bench)
        #expect(!output.all.joined().contains("second"))
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func endsWhenItsTimeIsUp(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        let marker = "1\(UInt32.random(in: 1_000_000...9_999_999))"
        var request = bench.request()
        request.timeout = .seconds(2)
        let error = await #expect(throws: EngineError.self) { try await bench.build(Self.sleeping(marker), request) }
        #expect(error?.isTimeout == true, "\(String(describing: error))")
        #expect(error?.message == "the build did not end within 2.0 seconds")
        try await Self.waitUntilNothingIsLeft(of: marker, in: bench)
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func neverBeginsForATaskThatIsCancelled(_ program: EngineFixture.Program) async throws {
        let bench = try await Bench(program)
        _ = try await bench.engine.version()
        await withTaskGroup(of: EngineError?.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: EngineError.self) {
                    try await bench.build("FROM scratch\nCOPY busybox /", bench.request())
                }
            }
            #expect(await group.next()??.isCancelled == true)
        }
    }

    private static func sleeping(_ marker: String) -> String {
        """
        FROM scratch
        COPY busybox /bin/busybox
        COPY busybox /bin/sh
        RUN echo begun \(marker.first ?? " "); echo begun; busybox sleep \(marker) || true; busybox sleep \(marker)
        RUN echo second; busybox sleep \(marker)
        """
    }

    /// Waits for the end of the build on the engine, when no step can begin any more; then for that of its processes.
    private static func waitUntilNothingIsLeft(of marker: String, in bench: Bench) async throws {
        // Builds of other tests end, too.
        while try !leftovers(of: bench).isEmpty { try await Bench.pause() }
        while ProcFile.commandLines().contains(where: { $0.contains("sleep\0\(marker)") }) { try await Bench.pause() }
    }

    /// What a failed build may leave behind: Docker's containers are listed, Podman's only by its own API.
    private static func leftovers(of bench: Bench) throws -> [String] {
        struct Container: Decodable { let Names: [String]? }
        let path =
            bench.fixture.program == .podman
            ? "/v4.0.0/libpod/containers/json?all=1&external=1" : "/containers/json?all=1"
        let answer = try bench.fixture.ask("GET", path)
        // Podman refuses to list while one of them is being removed.
        guard answer.isSuccess else { return ["working-container, perhaps"] }
        let containers = try JSONDecoder().decode([Container].self, from: Data(answer.body))
        return containers.flatMap { $0.Names ?? [] }.filter { $0.contains("working-container") }
    }
}
