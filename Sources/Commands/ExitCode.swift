import Config
import FoundationEssentials
import Model

/// What the program's exit status says, and the only place that turns an error into text and a status.
package enum ExitCode {
    /// It was done.
    package static let done: Int32 = 0
    /// It failed.
    package static let failed: Int32 = 1
    /// It was asked for wrongly.
    package static let usage: Int32 = 2
    /// A person stopped it.
    package static let cancelled: Int32 = 3
    /// A newer commit came first.
    package static let superseded: Int32 = 4
    /// The daemon cannot be reached.
    package static let unreachable: Int32 = 5
    /// The time was over.
    package static let timedOut: Int32 = 6
    /// It is not allowed, or a gate is closed.
    package static let refused: Int32 = 7
    /// Another daemon holds the state directory (sysexits.h: EX_TEMPFAIL).
    package static let held: Int32 = 75

    /// What each means, for people.
    static let meanings: [(code: Int32, meaning: String)] = [
        (done, "done"), (failed, "failed"), (usage, "asked for wrongly"), (cancelled, "cancelled by a person"),
        (superseded, "superseded by a newer commit"), (unreachable, "the daemon cannot be reached"),
        (timedOut, "timed out"), (refused, "refused: not allowed, or a gate is closed"),
        (held, "another daemon holds the state directory"),
    ]

    /// The status a problem ends with.
    static func status(of problem: CommandProblem) -> Int32 {
        switch problem {
        case .usage: usage
        case .unreachable: unreachable
        case .held: held
        case .timedOut: timedOut
        case .cancelled: cancelled
        case .configuration, .stage, .failed: failed
        case .request(let problem): status(ofHTTP: problem.status)
        }
    }

    /// The status that waiting ends with.
    static func status(of ending: WaitOutcome.Ending) -> Int32 {
        switch ending {
        case .live: done
        case .failed: failed
        case .superseded: superseded
        case .cancelled: cancelled
        case .timedOut: timedOut
        }
    }

    private static func status(ofHTTP status: Int) -> Int32 {
        switch status {
        case 400, 422: usage
        case 401, 403, 409, 423: refused
        case 408, 504: timedOut
        default: failed
        }
    }

    /// What is printed about a problem, without a line end.
    static func text(of problem: CommandProblem) -> String {
        switch problem {
        case .usage(let usage): text(of: usage)
        case .unreachable(let unreachable): said(unreachable.sentence, hint: unreachable.advice)
        case .request(let problem): said(clean(problem.detail.isEmpty ? problem.title : problem.detail))
        case .configuration(let error): error.problems.map { clean($0.description) }.joined(separator: "\n")
        case .stage(let failure):
            ([said(clean(failure.message), hint: failure.hint.map { clean($0) })]
                + failure.output.map { "  | " + clean($0) })
                .joined(separator: "\n")
        case .failed(let message, let hint), .held(let message, let hint): said(message, hint: hint)
        case .timedOut(let message): said(message)
        case .cancelled(let message): said(message)
        }
    }

    /// The same as one JSON object on one line, in the manner of RFC 9457: `title` and `detail`, and the exit status.
    static func json(of problem: CommandProblem) -> String {
        struct Object: Encodable {
            let title: String
            let detail: String
            let exit: Int32
            let status: Int?
        }
        let status = status(of: problem)
        let title = meanings.first { $0.code == status }?.meaning ?? "failed"
        var answered: Int?
        if case .request(let request) = problem { answered = request.status }
        let detail = text(of: problem).split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: "\n")
        let prefix = "slipway: "
        let object = Object(
            title: title, detail: detail.hasPrefix(prefix) ? String(detail.dropFirst(prefix.count)) : detail,
            exit: status, status: answered)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(object) else { preconditionFailure("strings are always JSON") }
        return String(decoding: data, as: UTF8.self)
    }

    private static func text(of problem: UsageProblem) -> String {
        var lines = [said(problem.message, hint: problem.hint)]
        if let verb = problem.verb {
            lines.append("usage: \(verb.usage)")
            lines.append("'slipway \(verb.name) --help' says more, with an example")
        } else {
            lines.append("'slipway help' lists what there is")
        }
        return lines.joined(separator: "\n")
    }

    private static func said(_ message: String, hint: String? = nil) -> String {
        "slipway: \(message)" + (hint.map { "\n  \($0)" } ?? "")
    }
}
