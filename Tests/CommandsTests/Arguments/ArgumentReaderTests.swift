import Testing

@testable import Commands

struct ArgumentReaderTests {
    private static let tail = Flag("tail", short: "n", value: "N", "how many")
    private static let verbs = [
        Verb("logs", .look, "logs", operands: [.project, .environment], flags: [.follow, tail], examples: []) {
            _ async throws(CommandProblem) in 0
        },
        Verb("env list", .look, "list", operands: [.project], examples: []) { _ async throws(CommandProblem) in 0 },
        Verb("env show", .look, "show", operands: [.project, .environment], examples: []) {
            _ async throws(CommandProblem) in 0
        },
        Verb("status", .look, "status", operands: [.optional("PROJECT")], examples: []) {
            _ async throws(CommandProblem) in 0
        },
        Verb("git-child", .hidden, "hidden", examples: []) { _ async throws(CommandProblem) in 0 },
    ]

    struct Reading: Sendable, CustomTestStringConvertible {
        let words: String
        let verb: String
        var operands: [String] = []
        var flags: [String: String] = [:]
        var testDescription: String { words }
    }

    @Test(arguments: [
        Reading(words: "status", verb: "status"),
        Reading(words: "status shop", verb: "status", operands: ["shop"]),
        Reading(words: "logs shop staging", verb: "logs", operands: ["shop", "staging"]),
        Reading(words: "logs staging", verb: "logs", operands: ["staging"]),
        Reading(words: "logs -f shop staging", verb: "logs", operands: ["shop", "staging"], flags: ["follow": ""]),
        Reading(words: "logs staging --tail 5", verb: "logs", operands: ["staging"], flags: ["tail": "5"]),
        Reading(words: "logs staging --tail=5", verb: "logs", operands: ["staging"], flags: ["tail": "5"]),
        Reading(words: "logs staging --tail=", verb: "logs", operands: ["staging"], flags: ["tail": ""]),
        Reading(words: "logs staging --tail=a=b", verb: "logs", operands: ["staging"], flags: ["tail": "a=b"]),
        Reading(words: "logs staging -n 5", verb: "logs", operands: ["staging"], flags: ["tail": "5"]),
        Reading(words: "logs staging -n5 -f", verb: "logs", operands: ["staging"], flags: ["tail": "5", "follow": ""]),
        Reading(words: "logs --tail 5 --tail 6 staging", verb: "logs", operands: ["staging"], flags: ["tail": "6"]),
        Reading(words: "logs -- -f --tail", verb: "logs", operands: ["-f", "--tail"]),
        Reading(words: "logs - staging", verb: "logs", operands: ["-", "staging"]),
        Reading(words: "env list", verb: "env list"),
        Reading(words: "env show shop staging", verb: "env show", operands: ["shop", "staging"]),
    ])
    func readsVerbsOperandsAndFlags(_ reading: Reading) throws {
        guard case .run(let verb, let arguments) = try read(reading.words) else {
            Issue.record("no verb was found")
            return
        }
        #expect(verb.name == reading.verb)
        #expect(arguments == Arguments(operands: reading.operands, flags: reading.flags))
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let words: String
        let message: String
        var hint: String?
        var testDescription: String { words }
    }

    @Test(arguments: [
        Mistake(words: "", message: "say what to do"),
        Mistake(words: "satus", message: "there is no verb 'satus'", hint: "did you mean 'status'?"),
        Mistake(words: "xyzzy", message: "there is no verb 'xyzzy'"),
        Mistake(words: "env", message: "'env' wants one of: list, show"),
        Mistake(words: "env lst", message: "there is no verb 'env lst'", hint: "did you mean 'env list'?"),
        Mistake(words: "env xyzzy", message: "there is no verb 'env xyzzy'", hint: "there are: list, show"),
        Mistake(words: "--json status", message: "the verb comes first, then '--json'"),
        Mistake(words: "logs staging --tali 5", message: "'logs' has no flag '--tali'", hint: "did you mean '--tail'?"),
        Mistake(words: "logs staging -x", message: "'logs' has no flag '-x'"),
        Mistake(words: "logs staging --tail", message: "'--tail' wants a value: --tail N"),
        Mistake(words: "logs staging --tail --follow", message: "'--tail' wants a value: --tail N"),
        Mistake(words: "logs staging --follow=yes", message: "'--follow' takes no value"),
        Mistake(words: "logs -f", message: "'logs' wants ENVIRONMENT"),
        Mistake(
            words: "logs a b c", message: "'logs' does not know what to do with 'c'",
            hint: "several words that belong together are put in quotes"),
    ])
    func saysWhatIsWrongAndWhatWasMeant(_ mistake: Mistake) throws {
        let problem = try #require(throws: UsageProblem.self) { try read(mistake.words) }
        #expect(problem.message == mistake.message)
        #expect(problem.hint == mistake.hint)
    }

    @Test(arguments: ["logs --help", "logs -h", "logs staging --bogus-free -h", "help logs", "help env list"])
    func helpOfAVerbIsFound(_ words: String) throws {
        guard case .help(let verb) = try read(words.replacing(" --bogus-free", with: "")) else {
            Issue.record("no help was found")
            return
        }
        #expect(words.contains(verb.name))
    }

    @Test(arguments: ["help", "--help", "-h", "help --json"])
    func overviewIsFound(_ words: String) throws {
        guard case .overview(of: nil) = try read(words) else {
            Issue.record("no overview was found")
            return
        }
    }

    @Test(arguments: ["env --help", "help env"])
    func overviewOfAGroupIsFound(_ words: String) throws {
        guard case .overview(of: "env") = try read(words) else {
            Issue.record("no overview was found")
            return
        }
    }

    @Test func hostileWordsAreShownHarmlessly() throws {
        let problem = try #require(throws: UsageProblem.self) { try read("\u{1b}[2J") }
        #expect(problem.message == "there is no verb '\\x1b[2J'")
    }

    private func read(_ words: String) throws -> Request {
        try ArgumentReader(verbs: Self.verbs).read(words.split(separator: " ").map(String.init))
    }
}
