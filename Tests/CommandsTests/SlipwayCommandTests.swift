import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import Commands

struct SlipwayCommandTests {
    private let directory: TemporaryDirectory
    private let printed = Printed()

    init() throws { directory = try TemporaryDirectory() }

    @Test func withoutADaemonEveryQuestionEndsWithFive() async {
        let socket = directory.path(of: "none.sock")
        for words in [
            ["status"], ["env", "show", "shop", "staging"], ["logs", "shop", "staging", "-f"], ["events", "-f"],
            ["wait", "shop", "staging"], ["refresh", "shop"], ["env", "delete", "shop", "staging"],
        ] {
            let status = await run(words + ["--socket", socket])
            #expect(status == ExitCode.unreachable, "\(words)")
        }
        #expect(printed.errors.contains("there is no socket at \(socket)\n"))
    }

    @Test func withJSONAProblemIsAnObjectOnTheErrorOutput() async {
        let status = await run(["status", "--json", "--socket", directory.path(of: "none.sock")])
        #expect(status == ExitCode.unreachable)
        #expect(printed.output.isEmpty)
        #expect(printed.errors.hasPrefix(#"{"detail":"the daemon cannot be reached: there is no socket at"#))
        #expect(await run(["status", "--jsno"]) == ExitCode.usage)
        #expect(printed.errors.contains("slipway: "))
    }

    @Test func aSocketThatNobodyListensToIsTold() async throws {
        let path = try directory.write("", to: "stale.sock")
        #expect(await run(["status", "--socket", path]) == ExitCode.unreachable)
        #expect(printed.errors.contains("nobody listens at \(path)\n"))
    }

    @Test func theEnvironmentNamesTheSocket() async {
        let context = printed.context(variables: ["SLIPWAY_SOCKET": "/nonexistent/x.sock"])
        #expect(await SlipwayCommand.run(["status"], in: context) == ExitCode.unreachable)
        #expect(printed.errors.contains("/nonexistent/x.sock"))
    }

    @Test(arguments: [
        (["status", "No Name"], "'No Name' is no project's name"),
        (["logs", "shop", "UPPER"], "'UPPER' is no environment's name"),
        (["logs", "shop", "staging", "--tail", "0"], "'--tail' wants a number from 1 on, not '0'"),
        (["logs", "shop", "staging", "--number", "3"], "'--number' goes with '--build'"),
        (
            ["wait", "shop", "staging", "--timeout", "soon"],
            "'--timeout' wants a duration such as 90s, 5m or 1h, not 'soon'"
        ),
        (["rollback", "shop", "staging"], "a rollback wants a reason: --reason TEXT"),
        (["hold", "shop", "staging", " "], "a hold wants a reason"),
        (
            ["approve", "shop", "everything"],
            "'approve' wants 'deletions', 'default-branch', 'restore', not 'everything'"
        ),
        (["completion", "tcsh"], "there is completion for bash, zsh and fish, not for 'tcsh'"),
        (["serve", "--log", "xml"], "'--log' wants text, json or journal, not 'xml'"),
        ([], "say what to do"),
    ])
    func slipsAreUsage(_ words: [String], _ message: String) async {
        #expect(await run(words) == ExitCode.usage)
        #expect(printed.errors.contains("slipway: \(message)\n"))
    }

    @Test func helpIsPrinted() async {
        #expect(await run(["env", "--help"]) == ExitCode.done)
        #expect(printed.output.contains("env delete"))
        #expect(!printed.output.contains("rollback"))
        #expect(await run(["--version"]) == ExitCode.done)
    }

    @Test func aManifestWithMistakesShowsThemAll() async throws {
        try directory.write("services:\n  web:\n    prot: 1\n    replicas: many\n", to: "slipway.yml")
        #expect(await run(["validate"]) == ExitCode.failed)
        #expect(printed.errors.contains("slipway.yml:3:5: services.web.prot"))
        #expect(printed.errors.contains("did you mean 'port'?"))
        #expect(printed.errors.contains("slipway.yml:4:"))
    }

    @Test func aGoodManifestSaysWhatItMeans() async throws {
        let path = try directory.write("services:\n  web: { port: 80, overlap: false }\n", to: "slipway.yml")
        #expect(await run(["validate", path]) == ExitCode.done)
        #expect(printed.output.contains("service web: built from ./Dockerfile, on port 80, public\n"))
        #expect(printed.output.contains("stopped before its successor starts"))
    }

    @Test func withoutAManifestTheDefaultsHold() async throws {
        #expect(await run(["validate"]) == ExitCode.failed)
        try directory.write("FROM scratch\n", to: "Dockerfile")
        #expect(await run(["validate"]) == ExitCode.done)
        #expect(await run(["validate", "/nonexistent"]) == ExitCode.failed)
    }

    @Test func theUsualConfigurationIsFound() async throws {
        let text = "projects:\n  - repository: https://github.com/acme/shop.git\n"
        try directory.write(text, to: "config.yml")
        #expect(await run(["config", "show"]) == ExitCode.done)
        #expect(
            printed.output.contains("repository: \"https://github.com/acme/shop.git\"")
                || printed.output.contains("repository: https://github.com/acme/shop.git"))
        #expect(await run(["validate", "--config", directory.path(of: "config.yml")]) == ExitCode.done)
        #expect(await run(["config", "show", "--config", "/nonexistent.yml"]) == ExitCode.failed)
        #expect(printed.errors.contains("/nonexistent.yml: cannot be read"))
    }

    @Test func theManagedCaddysBaseIsWritten() async throws {
        let state = directory.path(of: "deep/state")
        let path = try directory.write(
            "state: \(state)\nprojects: [{ repository: https://github.com/acme/shop.git }]\n", to: "config.yml")
        #expect(await run(["router-config", "--config", path]) == ExitCode.done)
        let base = try #require(FileManager.default.contents(atPath: state + "/caddy/base.json"))
        #expect(String(decoding: base, as: UTF8.self).contains("\(state)/caddy/admin.sock"))
    }

    @Test func schemasAreJSON() async throws {
        #expect(await run(["schema"]) == ExitCode.done)
        #expect(printed.output.hasPrefix("{") && printed.output.hasSuffix("}\n"))
    }

    private func run(_ words: [String]) async -> Int32 {
        await SlipwayCommand.run(words, in: printed.context(in: directory.path))
    }
}
