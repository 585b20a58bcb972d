import Subprocess
import TestSupport
import Testing

/// The real binary, killed and made to fail at every boundary it has.
@Suite struct FailpointTests {
    /// Every boundary of the binary under test, by its own word.
    private static func points() throws -> [String] {
        let completed = try Spawn.run(
            Command(executable: DaemonProcess.program, arguments: ["failpoints", "--list"], environment: [:]),
            outputLimit: 1 << 16, deadline: .now + .seconds(20))
        // A repository without a host is told of to nobody: ReportFaultTests has those.
        return String(decoding: completed.output, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("notify.") }
    }

    private static let shares = 3

    /// Three kills at each boundary, the boundaries divided among scenes that play side by side.
    @Test(arguments: 0..<shares)
    func aKillAtEveryBoundaryChangesNothingButTheTime(_ share: Int) async throws {
        let points = try Self.points().enumerated().filter { $0.offset % Self.shares == share }.map(\.element)
        #expect(points.count > 10)
        try await Scene.play(
            on: try ScriptedEngine(), starts: false, ports: 1000, settings: "limits: { build_cache: 1Mi }"
        ) { scene in
            let run = FaultRun(scene)
            try await run.begin()
            let start = ContinuousClock.now
            for point in points { for hit in 1...3 { try await run.fail(at: point, hit: hit) } }
            try await run.end()
            print(
                "share \(share): \(points.count * 3) kills in \(ContinuousClock.now - start); undisturbed",
                "\(run.undisturbed), longest way back \(run.longest.time) after \(run.longest.point)")
        }
    }

    /// The boundaries that can fail without a death, and how.
    private static let failures = [
        "ingest.row.before_commit", "poll.refs.before_commit", "plan.intent.before_commit", "build.tar.mid",
        "build.record.before", "deploy.create.recorded", "deploy.health.first_ok", "deploy.route.written",
        "deploy.proxy.reloaded", "deploy.final.before_commit", "promote.digest.compared", "rollback.route.switched",
        "store.migrate.stmt",
    ]

    @Test(arguments: ["error", "enospc"])
    func whatFailsIsTriedAgain(_ action: String) async throws {
        try await Scene.play(on: try ScriptedEngine(.docker), starts: false, ports: 1000) { scene in
            let run = FaultRun(scene)
            try await run.begin()
            for point in Self.failures { try await run.fail(at: point, hit: 1, action) }
            try await run.end()
            print("\(action): undisturbed \(run.undisturbed), longest \(run.longest.time) after \(run.longest.point)")
        }
    }

    /// What is passed on the way back after a crash, in that order.
    private static let recovery = [
        "plan.intent.after_commit", "life.start.locked", "poll.before_spawn", "poll.refs.listed", "plan.read.world",
        "plan.decide", "build.request.sent", "build.record.after", "deploy.container.created",
        "deploy.container.started", "deploy.health.first_ok", "deploy.route.written", "deploy.final.before_commit",
        "deploy.final.after_commit",
    ]

    @Test func aCrashDuringRecoveryFiveDeepIsOneMoreCrash() async throws {
        try await Scene.play(on: try ScriptedEngine(), starts: false, ports: 1000) { scene in
            let run = FaultRun(scene)
            try await run.begin()
            for start in stride(from: 0, through: Self.recovery.count - 6, by: 2) {
                try await run.fail(inTurnAt: Array(Self.recovery[start..<(start + 6)]))
            }
            try await run.end()
            print("recovery: undisturbed \(run.undisturbed), longest \(run.longest.time) after \(run.longest.point)")
        }
    }

    /// A crash, and the reason for what was begun is gone when the daemon is back.
    @Test(arguments: ["plan.intent.after_commit", "deploy.network.created", "deploy.container.started"])
    func whatIsWantedNoMoreAfterACrashLeavesNothing(_ point: String) async throws {
        try await Scene.play(on: try ScriptedEngine(), starts: false) { scene in
            let run = FaultRun(scene)
            try await run.begin()
            try await run.abandon(at: point)
            try await run.end()
        }
    }

    /// Where an engine's own ways matter most: a sample on Podman, along the way from a push to production.
    private static let sample = [
        "build.request.sent", "build.image.id_seen", "deploy.network.created", "deploy.container.created",
        "deploy.container.started", "deploy.route.written", "deploy.final.before_commit", "deploy.old.stopped",
        "promote.intent.after", "rollback.route.switched",
    ]

    @Test func theGoldenPathOnPodmanSurvivesAKillAtEachOfItsTurns() async throws {
        try await Scene.play(on: .podman, starts: false) { scene in
            let run = FaultRun(scene)
            try await run.begin()
            for point in Self.sample { try await run.fail(at: point, hit: 1) }
            try await run.end()
            print("podman: undisturbed \(run.undisturbed), longest \(run.longest.time) after \(run.longest.point)")
        }
    }
}
