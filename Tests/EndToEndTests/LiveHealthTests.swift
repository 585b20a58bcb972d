import FoundationEssentials
import Model
import TestSupport
import Testing

/// Applications that fall ill, crash, or recover after they became live.
@Suite struct LiveHealthTests {
    /// Ill while there is a file `sick` and none `well`; ends with status 137 once there is `die`, and at every start after.
    private static let script = """
        [ -e /die ] && { sleep 0.2; exit 137; }
        mkdir -p /www && cp /page /www/index.html && touch /www/health
        httpd -f -p "$PORT" -h /www &
        web=$!
        trap 'kill $web; exit 0' TERM
        while sleep 0.2; do
            if [ -e /die ]; then exit 137; fi
            if [ -e /sick ] && [ ! -e /well ]; then rm -f /www/health; else touch /www/health; fi
        done

        """

    private static let files = [
        "serve.sh": script,
        "slipway.yml": Application.manifest(
            "drain_timeout: 1s", "stop_timeout: 2s", "health: { path: /health, interval: 1s, retries: 2 }"),
    ]

    @Test(arguments: EngineFixture.Program.allCases)
    func whatFallsIllIsToldOnceAndServesOn(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "here", files: Self.files), in: "staging")
            let container = try await scene.onlyContainer(of: "staging")
            let runs = try scene.runs()
            try scene.put("sick", into: "/", of: container.Id)
            try await scene.eventually("it is failing") { scene.environment("staging")?.health == .failing }
            let reason = scene.environment("staging")?.healthReason ?? ""
            #expect(reason.contains("since "), "\(reason)")
            #expect(reason.contains("GET /health was answered 404"), "\(reason)")
            #expect(scene.why("staging").contains("its health is failing"))
            #expect(scene.page(of: "staging") == "here\n", "serving is never stopped because of a check")
            #expect(scene.events("health.failing").count == 1)

            try scene.put("well", into: "/", of: container.Id)
            try await scene.eventually("it is healthy") { scene.environment("staging")?.health == .healthy }
            #expect(scene.events("health.failing").count == 1)
            #expect(scene.events("health.healthy").count == 1)
            #expect(try scene.runs() == runs, "nothing was restarted")
        }
    }

    @Test(arguments: EngineFixture.Program.allCases)
    func whatCrashesAgainAndAgainIsLeftAloneForLongerAndLonger(_ program: EngineFixture.Program) async throws {
        try await Scene.play(on: program) { scene in
            try await scene.live(try scene.push(page: "here", files: Self.files), in: "staging")
            let container = try await scene.onlyContainer(of: "staging")
            try scene.put("die", into: "/", of: container.Id)
            try await scene.eventually("it is told of") { scene.events("container.crashing").count == 1 }
            var reason = ""
            try await scene.eventually("it rests") {
                reason = scene.environment("staging")?.healthReason ?? ""
                return reason.contains("ended 5 times in a row") && reason.contains("it is started again at")
            }
            #expect(reason.contains("137") && reason.contains("out of memory"), "\(reason)")
            #expect(scene.why("staging").contains("slipway logs shop staging"))
            // While it rests the engine does not start it behind us either.
            try await scene.eventually("it is stopped while it rests") {
                scene.containers(of: "staging").first?.State == "exited"
                    && scene.environment("staging")?.healthReason?.contains("it is started again at") == true
            }
            #expect(scene.events("container.crashing").count == 1, "told once")

            let mended = try scene.push(page: "mended", files: Self.files)
            try await scene.live(mended, in: "staging")
            #expect(scene.page(of: "staging") == "mended\n")
            #expect(scene.environment("staging")?.healthReason == nil)
        }
    }
}
