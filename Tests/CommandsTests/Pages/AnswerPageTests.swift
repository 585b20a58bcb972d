import Model
import Testing

@testable import Commands

struct AnswerPageTests {
    private let page = AnswerPage(style: .plain)

    @Test func anExplanationEndsInWhatWouldChangeIt() {
        let explanation = Explanation(
            environment: .make(.production), sentences: ["shop/production is waiting.", "it waits for \u{7}"],
            remedies: ["tag a commit"])
        #expect(
            page.explanation(explanation) == """
                shop/production is waiting.
                it waits for \\x07

                what would change it
                  tag a commit

                """)
    }

    @Test func waitingThatSucceededShowsTheAddress() {
        let outcome = WaitOutcome(ending: .live, environment: .make(), message: "aaaaaaa is live in shop/staging")
        #expect(page.outcome(outcome) == "aaaaaaa is live in shop/staging\nhttp://staging--shop.localhost:8080\n")
    }

    @Test func waitingThatFailedShowsTheCause() {
        let deployment = Deployment.make(state: .failed, failure: .make(output: ["npm ERR!"]))
        let outcome = WaitOutcome(ending: .failed, environment: .make(deployment: deployment), message: "it failed")
        #expect(page.outcome(outcome) == "it failed\n  mend line 3\n  | npm ERR!\n")
    }

    @Test func findingsAreLinesWithWhatToDo() {
        let findings: [Finding] = [
            .ok("engine", "podman 4.3.1"), .warning("project shop", "no webhook secret", "set one"),
            .failed("caddy", "Caddy is not installed", "apt install caddy"),
        ]
        #expect(
            page.findings(findings) == """
                ok       engine        podman 4.3.1
                warning  project shop  no webhook secret
                                       -> set one
                failed   caddy         Caddy is not installed
                                       -> apt install caddy

                1 failed, 1 to look at one day

                """)
    }

    @Test func eventsAreLines() {
        let event = DaemonEvent(
            sequence: 3, at: noon, project: .make(), environment: .staging, kind: "deployment.live",
            message: "aaaaaaa is live\u{1b}")
        let page = EventsPage(style: .plain)
        #expect(page.events([event]) == "2026-01-31 12:00:00Z  shop/staging  deployment.live  aaaaaaa is live\\x1b\n")
        #expect(page.events([]) == "no events yet\n")
    }
}
