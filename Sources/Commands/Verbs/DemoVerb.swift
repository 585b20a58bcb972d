import Lifecycle

/// `slipway demo`
enum DemoVerb {
    private static let once = Flag("once", "exit after the last step instead of staying up")
    private static let engine = Flag(
        "engine", value: "SOCKET", "the container engine; the first that answers unless given")
    private static let example = Flag(
        "example", value: "DIR", "the example application; beside the program unless given")
    private static let pool = BlockingPool(name: "slipway.demo", width: 1)

    static let verb = Verb(
        "demo", .run, "show the main job on this machine: push, preview, merge, tag, delete",
        flags: [once, engine, example],
        details: [
            "Makes a Git repository, a daemon and a proxy of its own below /tmp, and removes everything at the end."
                + " Ends with 1 when a step did not happen."
        ],
        examples: [.init("demo", "until Ctrl-C"), .init("demo --once", "once, as a check of this machine")]
    ) { invocation async throws(CommandProblem) in
        let options = Demo.Options(
            isOnce: invocation.has(once), socket: invocation.value(engine).map { invocation.context.absolute($0) },
            example: invocation.value(example).map { invocation.context.absolute($0) })
        let stop = StopSignal()
        let signals = SignalWatch(stop: stop)
        defer { withExtendedLifetime(signals) {} }
        return await pool.run { Demo(options, stop: stop).run() }
    }
}
