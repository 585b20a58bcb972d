import Model
import Testing

@testable import Commands

struct HistoryPageTests {
    private let page = HistoryPage(style: .plain, now: noon)

    @Test func deploymentsAreATable() {
        let deployments: [Deployment] = [
            .make(number: 12, state: .failed, failure: .make("the build failed")), .make(number: 7),
            .make(number: 6, state: .queued),
        ]
        #expect(
            page.deployments(deployments, of: .make()) == """
                NUMBER  ENVIRONMENT  COMMIT   RELEASE       STATE   ASKED      TOOK   CAUSE
                12      staging      aaaaaaa  cccccccccccc  failed  5 min ago  10 s   branch main moved: the build failed
                7       staging      aaaaaaa  cccccccccccc  live    5 min ago  4.0 s  branch main moved
                6       staging      aaaaaaa  cccccccccccc  queued  5 min ago  5 min  branch main moved

                """)
    }

    @Test func buildsAreATable() {
        var done = BuildRecord(
            number: 3, project: .make(), service: "web", key: .make("e"), commit: .make("a"),
            startedAt: .before(.seconds(100)))
        var failed = done
        let running = done
        done.image = ImageID(String(repeating: "d", count: 64))
        done.endedAt = .before(.seconds(97))
        failed.failure = .make("line 3: no such file\nor directory")
        failed.endedAt = .before(.seconds(98))
        #expect(
            page.builds([running, failed, done], of: .make()) == """
                NUMBER  SERVICE  COMMIT   STARTED    TOOK   RESULT
                3       web      aaaaaaa  100 s ago  100 s  building
                3       web      aaaaaaa  100 s ago  2.0 s  failed: line 3: no such file\\x0aor directory
                3       web      aaaaaaa  100 s ago  3.0 s  sha256:dddddddddddd

                """)
    }

    @Test func emptyListingsSayWhatToDo() {
        #expect(page.deployments([], of: .make()).contains("'slipway status shop'"))
        #expect(page.builds([], of: .make()).contains("'slipway status shop'"))
    }
}
