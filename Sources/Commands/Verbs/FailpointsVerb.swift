#if DEBUG
import Lifecycle

/// `slipway failpoints`: the boundaries at which tests can have a debug build die, fail or stand still.
enum FailpointsVerb {
    static let verb = Verb(
        "failpoints", .hidden, "the boundaries at which tests can have this build fail",
        flags: [Flag("list", "one on each line")],
        examples: [.init("failpoints --list", "every boundary of this build")]
    ) { invocation async throws(CommandProblem) in
        for point in Failpoint.Point.allCases { invocation.screen.line(point.rawValue) }
        return ExitCode.done
    }
}
#endif
