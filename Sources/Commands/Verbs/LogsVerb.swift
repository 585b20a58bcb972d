import Model
import Synchronization

/// `slipway logs`
enum LogsVerb {
    private static let service = Flag("service", short: "s", value: "NAME", "only this service's")
    private static let tail = Flag(
        "tail", short: "n", value: "N", "how many lines to begin with; \(count) unless given")
    private static let build = Flag("build", short: "b", "what a build printed, instead of the application")
    private static let number = Flag("number", value: "N", "with --build: which build; the newest unless given")
    private static let count = 100

    static let verb = Verb(
        "logs", .look, "what an application prints, or what its build printed", operands: [.project, .environment],
        flags: [.follow, service, tail, build, number, .socket],
        details: [
            "--build begins with a line that says which build it is. One build may serve several environments: what is the"
                + " same is built once, for the commit that came first."
        ],
        examples: [
            .init("logs shop staging -f", "what staging prints, as it comes; Ctrl-C ends it"),
            .init("logs shop staging --build", "what the newest build for staging printed"),
        ], run: run)

    private static func run(_ invocation: Invocation) async throws(CommandProblem) -> Int32 {
        let lines = try invocation.count(tail, default: count)
        if invocation.has(number), !invocation.has(build) {
            throw invocation.usage("'--number' goes with '--build'")
        }
        if invocation.has(build), let other = [service, tail].first(where: { invocation.has($0) }) {
            throw invocation.usage("'--\(other.name)' does not go with '--build'")
        }
        let (id, _) = try await invocation.environment()
        let follow = invocation.has(.follow) ? "1" : nil
        let path: APIPath
        if invocation.has(build) {
            let wanted = invocation.has(number) ? "\(try invocation.count(number, default: 1))" : nil
            path = APIPath.project(id.project).adding("builds").adding("log").asking("number", wanted)
                .asking("environment", wanted == nil ? id.name.rawValue : nil).asking("follow", follow)
        } else {
            path = APIPath.environment(id).adding("logs").asking("service", invocation.value(service))
                .asking("tail", "\(lines)").asking("follow", follow)
        }
        let printer = LogPrinter(screen: invocation.screen)
        try await invocation.client.stream(path) { printer.take($0) }
        let hasPrinted = printer.finish()
        if !hasPrinted, follow == nil {
            invocation.screen.note("nothing has been printed yet; -f waits for it")
            if !invocation.has(build) {
                invocation.screen.note("  'slipway why \(id.project) \(id.name)' says how its last deployment went")
            }
        }
        return ExitCode.done
    }
}

/// Prints what strangers wrote: as it is into a pipe or a file, made safe on a terminal.
private final class LogPrinter: Sendable {
    private struct State {
        var filter: LogFilter
        var hasPrinted = false
    }

    private let screen: Screen
    private let state: Mutex<State>

    init(screen: Screen) {
        self.screen = screen
        state = Mutex(State(filter: LogFilter(keepsColours: screen.style.isColoured)))
    }

    func take(_ bytes: [UInt8]) {
        state.withLock { state in
            state.hasPrinted = state.hasPrinted || !bytes.isEmpty
            if screen.style.isTerminal { screen.text(state.filter.take(bytes)) } else { screen.bytes(bytes) }
        }
    }

    /// Prints what is left; returns whether anything was printed at all.
    func finish() -> Bool {
        state.withLock { state in
            if screen.style.isTerminal { screen.text(state.filter.finish()) }
            return state.hasPrinted
        }
    }
}
