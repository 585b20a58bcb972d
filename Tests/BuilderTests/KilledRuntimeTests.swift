import Builder
import ContainerEngine
import Lifecycle
import Model
import TestSupport
import Testing

/// Podman under load kills its own runtime now and then, which says nothing about the build.
struct KilledRuntimeTests {
    private static let words = "error building at STEP: while running runtime: signal: killed"

    /// Builds once on an engine that breaks so many builds, and tells how it went and how often it was begun.
    private func build(
        breaking times: Int, with words: String = Self.words
    ) async throws -> (
        Result<ImageID, StageFailure>, begun: Int, left: Int
    ) {
        let engine = try ScriptedEngine(.podman)
        defer { engine.end() }
        if times > 0 { engine.fail("POST /build", times: times, with: .refuse(500, words)) }
        let sample = try Sample()
        let builder = ImageBuilder(
            engine: EngineClient(socketPath: engine.socketPath), instance: "test", limits: .init(), concurrency: 1,
            log: .silent)
        let commit = try sample.commit(["Dockerfile": .text("FROM scratch\nCOPY page /\n"), "page": .text("one\n")])
        let candidate = try await builder.candidate(
            commit: commit, manifest: .withoutFile, mirror: sample.mirror, platform: "linux/amd64")
        let service = try #require(candidate.services.first)
        let job = BuildJob(
            project: try #require(ProjectName("shop")), service: service.name, definition: service.definition.build,
            key: service.buildKey, commit: commit, mirror: sample.mirror, registries: [], isNetworkAllowed: true,
            logPath: sample.path(of: "build.log"))
        do throws(StageFailure) {
            let image = try await builder.image(for: job)
            return (.success(image), engine.ledger.counts(of: .imageBuilt).values.reduce(0, +), engine.pendingFaults)
        } catch {
            return (.failure(error), engine.ledger.counts(of: .imageBuilt).values.reduce(0, +), engine.pendingFaults)
        }
    }

    @Test(arguments: [0, 1, 4])
    func itIsBegunAgain(times: Int) async throws {
        let (result, built, left) = try await build(breaking: times)
        #expect((try? result.get()) != nil, "\(result)")
        #expect(built == 1)
        #expect(left == 0)
    }

    @Test func fiveTimesIsEnough() async throws {
        let (result, built, left) = try await build(breaking: 7)
        #expect((try? result.get()) == nil)
        #expect(built == 0)
        #expect(left == 2, "it was begun \(7 - left) times")
    }

    @Test func anyOtherEndIsTheBuildsOwn() async throws {
        let (result, built, left) = try await build(breaking: 3, with: "error: exit status 137")
        #expect((try? result.get()) == nil)
        #expect(built == 0)
        #expect(left == 2, "it is not begun again here: \(3 - left) times")
    }
}
