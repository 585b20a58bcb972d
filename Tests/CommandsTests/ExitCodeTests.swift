import Config
import FoundationEssentials
import Model
import Testing

@testable import Commands

struct ExitCodeTests {
    @Test func problemsEndAsDocumented() {
        let statuses: [(CommandProblem, Int32)] = [
            (.usage(UsageProblem(message: "x")), 2),
            (.unreachable(Unreachable(socket: "/s", finding: .noSocket)), 5),
            (.timedOut("x"), 6),
            (.cancelled("x"), 3),
            (.failed("x", hint: nil), 1),
            (.configuration(ConfigError(problems: [])), 1),
            (.stage(.cancelled), 1),
            (.request(.invalid("x")), 2),
            (.request(.notFound("x")), 1),
            (.request(.conflict("x")), 7),
            (.request(.unavailable("x")), 1),
            (.request(RequestProblem(status: 403, title: "forbidden", detail: "x")), 7),
            (.request(RequestProblem(status: 504, title: "late", detail: "x")), 6),
        ]
        for (problem, status) in statuses { #expect(ExitCode.status(of: problem) == status, "\(problem)") }
    }

    @Test(arguments: [
        (WaitOutcome.Ending.live, Int32(0)), (.failed, 1), (.cancelled, 3), (.superseded, 4), (.timedOut, 6),
    ])
    func waitingEndsAsDocumented(_ ending: WaitOutcome.Ending, _ status: Int32) {
        #expect(ExitCode.status(of: ending) == status)
    }

    @Test func anUnreachableDaemonIsOneSentenceAndWhatToDo() {
        let problem = CommandProblem.unreachable(
            Unreachable(socket: "/run/slipway/slipway.sock", finding: .nobodyListens))
        #expect(
            ExitCode.text(of: problem) == """
                slipway: the daemon cannot be reached: nobody listens at /run/slipway/slipway.sock
                  start it with 'systemctl start slipway' or 'slipway serve', or say where it listens with --socket PATH
                """)
    }

    @Test func theDaemonsWordsAreMadeSafe() {
        let problem = CommandProblem.request(.conflict("held: \u{1b}[31mred\u{202e}"))
        #expect(ExitCode.text(of: problem) == "slipway: held: \\x1b[31mred\\xe2\\x80\\xae")
    }

    @Test func everyProblemOfAFileIsShown() {
        let problems = (1...3).map {
            Problem(file: "slipway.yml", line: $0, column: 1, path: "services.web", message: "mistake \($0)")
        }
        let text = ExitCode.text(of: .configuration(ConfigError(problems: problems)))
        #expect(
            text == """
                slipway.yml:1:1: services.web: mistake 1
                slipway.yml:2:1: services.web: mistake 2
                slipway.yml:3:1: services.web: mistake 3
                """)
    }

    @Test func whoAsksForJSONGetsItWhenItFails() throws {
        let unreachable = CommandProblem.unreachable(Unreachable(socket: "/s", finding: .noSocket))
        let json = try #require(JSONText(ExitCode.json(of: unreachable)))
        #expect(json.title == "the daemon cannot be reached")
        #expect(json.detail.hasPrefix("the daemon cannot be reached: there is no socket at /s\nstart it with"))
        #expect(json.exit == 5)
        #expect(json.status == nil)
        let refused = try #require(JSONText(ExitCode.json(of: .request(.conflict("staging is \"held\"")))))
        #expect(
            refused
                == JSONText(
                    title: "refused: not allowed, or a gate is closed", detail: "staging is \"held\"", exit: 7,
                    status: 409))
        #expect(!ExitCode.json(of: unreachable).contains("\n"))
    }

    private struct JSONText: Decodable, Equatable {
        let title: String
        let detail: String
        let exit: Int32
        let status: Int?

        init(title: String, detail: String, exit: Int32, status: Int?) {
            (self.title, self.detail, self.exit, self.status) = (title, detail, exit, status)
        }

        init?(_ text: String) {
            guard let value = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else { return nil }
            self = value
        }
    }

    @Test func usageNamesTheVerbsHelp() {
        let problem = CommandProblem.usage(UsageProblem(message: "x", hint: "y", verb: StatusVerb.verb))
        #expect(
            ExitCode.text(of: problem) == """
                slipway: x
                  y
                usage: slipway status [PROJECT] [--json] [--socket PATH]
                'slipway status --help' says more, with an example
                """)
    }
}
