import Model
import Testing

@testable import Commands

struct StatusPageTests {
    private let page = StatusPage(style: .plain, now: noon)

    @Test func aDaemonWithOneHealthyEnvironment() {
        #expect(
            page.daemon(.make(projects: [.make()])) == """
                slipway 0.1.0, up 2 h
                engine: /run/podman/podman.sock
                proxy: managed Caddy on port 8080

                shop  https://github.com/acme/shop.git, default branch main, looked at 12 s ago
                  ENVIRONMENT  HEALTH   PROGRESS  RUNS     REF   SINCE    URL
                  staging      healthy  current   aaaaaaa  main  3 h ago  http://staging--shop.localhost:8080

                """)
    }

    @Test func aDaemonWithoutProjectsSaysWhatToDo() {
        let text = page.daemon(.make(projects: [], engineProblem: "the engine does not answer since noon"))
        #expect(text.contains("  the engine does not answer since noon\n"))
        #expect(text.contains("no projects yet: add one to the configuration"))
    }

    @Test func whatIsWaitedForIsSaidBelow() {
        let gate = Gate(kind: .after, blocker: "staging has not run aaaaaaa yet")
        let environments: [EnvironmentStatus] = [
            .make(.production, health: .unknown, progress: .waiting, gates: [gate]),
            .make(progress: .failed, reason: "the build failed"),
        ]
        let text = page.project(.make(environments: environments))
        #expect(text.hasSuffix("  production: staging has not run aaaaaaa yet\n  staging: the build failed\n"))
    }

    @Test func aRemoteThatCannotBeReadIsAWarning() {
        let problem = FailureRecord.make("the host refuses the token", hint: "make a new one")
        let text = page.project(.make(problem: problem, manifestProblem: "slipway.yml:1:1: no\nslipway.yml:2:1: no"))
        #expect(
            text.contains(
                """
                  ! the remote could not be read: the host refuses the token
                    make a new one
                  ! the manifest of the default branch cannot be used
                    slipway.yml:1:1: no
                    slipway.yml:2:1: no

                """))
    }

    @Test func emptyStatesSayWhatToDo() {
        let unread = page.project(.make(environments: [], listedAt: nil, defaultBranch: nil))
        #expect(unread.contains("the repository has not been read"))
        let empty = page.project(.make(environments: [], defaultBranch: nil))
        #expect(empty.contains("the repository is empty; push a branch"))
        #expect(page.project(.make(environments: [])).contains("'slipway events shop' says what happened"))
    }

    @Test func aTerminalIsToldByColour() {
        let coloured = StatusPage(style: Style(isTerminal: true, isColoured: true, width: 200), now: noon)
        let text = coloured.project(.make(environments: [.make(health: .failing)]))
        #expect(text.contains("\u{1b}[31mfailing\u{1b}[0m"))
    }

    @Test func hostileWordsAreShown() {
        let environment = EnvironmentStatus.make(progress: .failed, reason: "it printed \u{1b}[2J")
        #expect(page.project(.make(environments: [environment])).contains("it printed \\x1b[2J"))
    }
}
