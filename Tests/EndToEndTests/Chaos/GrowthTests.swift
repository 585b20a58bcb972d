import Glibc
import HTTPClient
import Model
import TestSupport
import Testing

/// The daemon's memory does not grow with what it has done: after 10,000 deployments within 10 MiB of after 100.
///
/// `make chaos` measures the release build; `make test` fewer deployments of the one at hand.
@Suite struct GrowthTests {
    private static let branches = (0..<6).map { "b-\($0)" }
    private static let limitBytes = 10 << 20

    @Test func memoryDoesNotGrowWithDeployments() async throws {
        let count = ChaosSize.deployments
        // A port rests for a day after its use: there must be one for every deployment.
        try await Scene.play(on: try ScriptedEngine(.podman), ports: min(20_000, count * 2 + 200)) { scene in
            if let program = ChaosSize.program {
                scene.daemon.stop()
                try scene.daemon.start(program: program)
                try await scene.eventually("it answers") { scene.ask("GET", "/readyz")?.isSuccess == true }
            }
            let manifest = Application.manifest("drain_timeout: 0s", "health: { path: / }")
            let first = try scene.push(page: "one", files: ["slipway.yml": manifest])
            try await scene.live(first, in: "staging")
            // Two commits of each branch, between which it goes back and forth; one build each for all of them.
            var commits: [ObjectID] = []
            for page in ["one", "two"] {
                try scene.workshop.write(page + "\n", to: "shop/page")
                try scene.git("commit", "-q", "--allow-empty", "-am", page)
                commits.append(try scene.head)
                try scene.git(["push", "-q", "origin"] + Self.branches.map { "HEAD:refs/heads/\($0)" })
                scene.refresh()
                for branch in Self.branches { try await scene.live(try scene.head, in: branch) }
            }
            let start = ContinuousClock.now
            var done = 0
            var early: Residents?
            while done < count {
                let commit = commits[done / Self.branches.count % 2]
                for branch in Self.branches { try scene.wish("deploy", of: branch, ["commit": commit.hex]) }
                for branch in Self.branches {
                    try await scene.eventually("\(commit.short) is live in \(branch)") {
                        scene.environment(branch)?.commit == commit
                    }
                }
                done += Self.branches.count
                if early == nil, done >= min(100, count / 3) { early = Residents.of(scene.daemon.pid) }
            }
            let (before, after) = (try #require(early), try #require(Residents.of(scene.daemon.pid)))
            print(
                "\(done) deployments in \(ContinuousClock.now - start): \(before) after the first \(min(100, count / 3)),"
                    + " \(after) after all")
            #expect(after.memoryBytes - before.memoryBytes <= Self.limitBytes, "\(before), then \(after)")
            #expect(after.descriptors <= before.descriptors + 8)
            #expect(after.isWithin(.caps))
        }
    }
}
