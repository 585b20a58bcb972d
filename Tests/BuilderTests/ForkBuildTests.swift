import ContainerEngine
import Foundation
import Lifecycle
import Model
import TestSupport
import Testing

@testable import Builder

/// A fork's build on a real engine leaves nothing that another build uses, and uses nothing that others left.
@Suite(.serialized) struct ForkBuildTests {
    private let sample: Sample
    private let instance = "test-\(UInt64.random(in: 0 ... .max))"

    init() throws { sample = try Sample() }

    private static let busybox = Sample.File.executable(
        (try? Data(contentsOf: URL(filePath: "/bin/busybox"))).map { Array($0) } ?? [])
    private static let base = "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n"

    private func builder(_ fixture: EngineFixture) -> ImageBuilder {
        ImageBuilder(
            engine: EngineClient(socketPath: fixture.socketPath), instance: instance, limits: .init(), concurrency: 2,
            log: .silent)
    }

    private func job(_ builder: ImageBuilder, _ dockerfile: String, _ tier: BuildTier) async throws -> BuildJob {
        let commit = try sample.commit(["Dockerfile": .text(dockerfile), "busybox": Self.busybox])
        let candidate = try await builder.candidate(
            commit: commit, manifest: .withoutFile, mirror: sample.mirror, platform: "linux/amd64", tier: tier)
        return BuildJob(
            project: try #require(ProjectName("shop")), service: "web", definition: .init(),
            key: try #require(candidate.services.first).buildKey, commit: commit, mirror: sample.mirror, tier: tier,
            isNetworkAllowed: tier != .fork(hasNetwork: false),
            logPath: sample.path(of: "\(tier.isFork ? "fork" : "own")-\(UInt64.random(in: 0 ... .max)).log"))
    }

    /// The random line that the build's own step printed; nil where the step was not done.
    private func drawn(_ job: BuildJob) throws -> Substring? {
        try String(contentsOfFile: job.logPath, encoding: .utf8).split(separator: "\n").first {
            $0.hasPrefix("drawn ") && !$0.contains("$")
        }
    }

    @Test func stepsAreNotShared() async throws {
        let fixture = try await EngineFixture.forTest(.podman)
        let builder = builder(fixture)
        let dockerfile = Self.base + "RUN echo drawn $(busybox cat /proc/sys/kernel/random/uuid)\n"
        let fork = try await job(builder, dockerfile, .fork(hasNetwork: false))
        let first = try await builder.image(for: fork)
        // The same tree as a branch's: its step is done, not taken from the fork's.
        let own = try await job(builder, dockerfile, .repository)
        let second = try await builder.image(for: own)
        #expect(first != second)
        #expect(try drawn(fork) != nil && drawn(own) != nil && drawn(fork) != drawn(own))
        // And the other way round, after the branch's steps are kept.
        let later = try await job(builder, dockerfile + "CMD [\"/bin/sh\"]\n", .fork(hasNetwork: true))
        _ = try await builder.image(for: later)
        #expect(try drawn(later) != nil && drawn(later) != drawn(own))
        #expect(try await builder.existingImage(project: own.project, key: own.key) == second)
        #expect(try await builder.existingImage(project: own.project, key: fork.key) == first)
    }

    @Test func imagesOfThisMachineAreNoBases() async throws {
        let fixture = try await EngineFixture.forTest(.podman)
        let builder = builder(fixture)
        let own = try await job(builder, Self.base + "RUN echo private\n", .repository)
        _ = try await builder.image(for: own)
        let tag = "slipway.local/shop:\(own.key.short)"
        // A branch may; the fork's is asked of a registry, which there is none of.
        _ = try await builder.image(for: try await job(builder, "FROM \(tag)\nRUN echo more\n", .repository))
        for text in ["FROM \(tag)\nRUN echo more\n", Self.base + "COPY --from=\(tag) /bin/sh /bin/other\n"] {
            let fork = try await job(builder, text, .fork(hasNetwork: false))
            await #expect(throws: StageFailure.self, "\(text)") { _ = try await builder.image(for: fork) }
        }
    }
}
