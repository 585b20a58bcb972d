import Lifecycle

/// `slipway serve`
enum ServeVerb {
    private static let log = Flag("log", value: "FORMAT", "text, json or journal; journal under systemd unless given")
    private static let verbose = Flag("verbose", short: "v", "write what only developers of the daemon want to know")

    static let verb = Verb(
        "serve", .run, "run the daemon", flags: [.config, log, verbose],
        details: [
            "Runs until SIGTERM or Ctrl-C; applications keep running without it. Ends with 75 when another daemon holds"
                + " the state directory.",
            "On SIGHUP it reads its configuration anew and writes down what is wrong with it; a new one takes effect when"
                + " the daemon is restarted.",
        ],
        examples: [.init("serve --config config.yml", "in the foreground, with a configuration of one's own")]
    ) { invocation async throws(CommandProblem) in
        let format = try format(invocation)
        let configuration = try invocation.configuration()
        return await Serve.run(
            configuration, format: format, threshold: invocation.has(verbose) ? .debug : .info
        ) { () throws(CommandProblem) in try invocation.configuration() }
    }

    private static func format(_ invocation: Invocation) throws(CommandProblem) -> Log.Format {
        guard let text = invocation.value(log) else {
            // systemd.exec(5): set where the output goes to the journal.
            let isUnit = ["INVOCATION_ID", "JOURNAL_STREAM"].contains { invocation.context.variables[$0] != nil }
            return isUnit && !invocation.screen.errorStyle.isTerminal ? .journal : .text
        }
        guard let format = Log.Format(rawValue: text) else {
            throw invocation.usage("'--log' wants text, json or journal, not '\(clean(text))'")
        }
        return format
    }
}
