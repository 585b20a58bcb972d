import Model
import Testing

@testable import Commands

struct EnvironmentPageTests {
    private let page = EnvironmentPage(style: .plain, now: noon)

    @Test func everythingIsShown() throws {
        var status = EnvironmentStatus.make(deployment: .make())
        let image = try #require(ImageID(String(repeating: "d", count: 64)))
        status.services = [
            .init(name: "web", image: image, containers: ["slipway--shop--staging--web--c--1"], running: 1, wanted: 1)
        ]
        let commit = String(repeating: "a", count: 40)
        #expect(
            page.environment(status) == """
                shop/staging
                  kind         staging, follows main
                  health       healthy
                  progress     current: branch main is at aaaaaaa
                  runs         commit \(commit), release cccccccccccc, since 3 h ago
                  url          http://staging--shop.localhost:8080
                  service      web, 1 of 1 running, image sha256:dddddddddddd
                               slipway--shop--staging--web--c--1
                  deployment   7, live in 4.0 s, commit aaaaaaa, nothing was built
                               branch main moved
                               2.0 s   build web: built

                """)
    }

    @Test func aFailureShowsItsHintAndOutput() {
        let failure = FailureRecord.make("it exited with 1", hint: "see its output", output: ["panic: \u{1b}[2J"])
        let text = page.environment(.make(progress: .failed, deployment: .make(state: .failed, failure: failure)))
        #expect(
            text.hasSuffix(
                """
                  failed       it exited with 1
                               see its output
                               | panic: \\x1b[2J

                """))
    }

    @Test func aHoldSaysHowItIsLifted() {
        let hold = Hold(kind: .frozen, reason: "demo at noon", since: .before(.seconds(60)))
        let text = page.environment(.make(progress: .held, hold: hold))
        #expect(text.contains("  held         demo at noon (60 s ago)\n"))
        #expect(text.contains("'slipway resume shop staging' lifts it"))
    }

    /// A preview of seven days, a minute after its push.
    @Test func whenAPreviewExpiresIsRounded() {
        var status = EnvironmentStatus.make()
        status.expires = noon.advanced(by: .seconds(7 * 86_400 - 60))
        #expect(page.environment(status).contains("  expires      in 7 d, unless it is pushed to\n"))
    }

    @Test func aGateShowsItsRemedy() {
        let gate = Gate(
            kind: .confirmation, blocker: "v3.4.2 predates Slipway", remedy: "slipway deploy shop production …")
        let text = page.environment(.make(.production, progress: .waiting, gates: [gate]))
        #expect(text.contains("  waits for    confirmation: v3.4.2 predates Slipway\n"))
        #expect(text.contains("slipway deploy shop production …\n"))
    }
}
