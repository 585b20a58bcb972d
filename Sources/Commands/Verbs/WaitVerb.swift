import Lifecycle
import Model

/// `slipway wait`
enum WaitVerb {
    private static let commit = Flag("commit", value: "SHA", "the commit; unless given, whatever Git wants now")
    private static let timeout = Flag("timeout", short: "t", value: "TIME", "how long to wait; 60s unless given")

    static let verb = Verb(
        "wait", .look, "wait until a commit is live in an environment", operands: [.project, .environment],
        flags: [commit, timeout, .json, .socket],
        details: [
            "Ends with 0 once it is live, 1 when its deployment failed, 3 when a person cancelled it, 4 when a newer"
                + " commit came first, 6 when the time is over.",
            "SHA may be abbreviated, or be a ref inside a clone.",
        ],
        examples: [
            .init("wait shop staging --commit HEAD --timeout 5m", "in a script, after git push, inside a clone"),
            .init("wait shop production", "until production is what Git wants"),
        ], run: run)

    /// One question's wait is short, so that the daemon may be restarted meanwhile and progress is seen.
    private static let slice = Duration.seconds(20)
    private static let visibleSlice = Duration.seconds(2)
    /// The time between two tries while the daemon is away.
    private static let pause = Duration.milliseconds(500)

    private static func run(_ invocation: Invocation) async throws(CommandProblem) -> Int32 {
        let screen = invocation.screen
        let limit = try invocation.duration(timeout, default: .seconds(60))
        let deadline = Deadline.after(limit)
        let (id, _) = try await invocation.environment()
        var wanted: ObjectID?
        if let text = invocation.value(commit) { wanted = try await invocation.commit(text, in: id) }
        let slice = screen.errorStyle.isTerminal ? visibleSlice : slice
        var hasAnswered = false
        let started = ContinuousClock.now
        while true {
            // The first answer comes soon: it may be that there is no such environment.
            let seconds = min(deadline.remaining, hasAnswered ? slice : visibleSlice).components.seconds
            let path = APIPath.environment(id).adding("wait")
                .asking("commit", wanted?.hex).asking("timeout", "\(max(seconds, deadline.hasPassed ? 0 : 1))")
            do throws(CommandProblem) {
                let answer = try await invocation.client.get(
                    WaitOutcome.self, path, timeout: .seconds(seconds) + .seconds(30))
                let isFirst = !hasAnswered
                hasAnswered = true
                if answer.value.ending != .timedOut || deadline.hasPassed {
                    screen.endProgress()
                    return show(answer, invocation)
                }
                if isFirst, answer.value.environment == nil, !screen.errorStyle.isTerminal {
                    screen.note(answer.value.message + "; waiting for it")
                }
                screen.progress(progress(of: answer.value, id, elapsed: .now - started))
            } catch {
                hasAnswered = hasAnswered || isRestart(error)
                guard hasAnswered, isAbsence(error), !deadline.hasPassed else {
                    screen.endProgress()
                    throw error
                }
                screen.progress("waiting for the daemon to come back …")
                await Wake().wait(until: min(deadline, .after(pause)))
            }
        }
    }

    /// Whether a daemon that was there has just left: it broke off, or says that it is stopping.
    private static func isRestart(_ problem: CommandProblem) -> Bool {
        switch problem {
        case .unreachable(let unreachable): if case .broken = unreachable.finding { true } else { false }
        case .request(let problem): problem.status == 503
        default: false
        }
    }

    /// Whether the daemon may be back soon: one that is restarted while we wait is; one that was never there is not.
    private static func isAbsence(_ problem: CommandProblem) -> Bool {
        if case .unreachable = problem { true } else { isRestart(problem) }
    }

    private static func progress(of outcome: WaitOutcome, _ id: EnvironmentID, elapsed: Duration) -> String {
        let time = TimeText.short(elapsed)
        guard let environment = outcome.environment else { return "\(clean(outcome.message)) … \(time)" }
        let state = environment.deployment.flatMap { $0.state.isFinal ? nil : $0.state.rawValue }
        return "\(id): \(state ?? clean(environment.reason)) … \(time)"
    }

    private static func show(_ answer: DaemonClient.Answer<WaitOutcome>, _ invocation: Invocation) -> Int32 {
        let outcome = answer.value
        let isGood = outcome.ending == .live
        if invocation.has(.json) {
            invocation.screen.json(answer.json)
        } else {
            let style = isGood ? invocation.screen.style : invocation.screen.errorStyle
            let text = AnswerPage(style: style).outcome(outcome)
            if isGood { invocation.screen.text(text) } else { invocation.screen.note(String(text.dropLast())) }
        }
        return ExitCode.status(of: outcome.ending)
    }
}
