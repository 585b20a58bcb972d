import Config
import Model

/// Why a verb could not do what it was asked; ``ExitCode`` says what is printed and how the program ends.
enum CommandProblem: Error, Sendable {
    /// It was asked for wrongly.
    case usage(UsageProblem)
    /// The daemon does not answer.
    case unreachable(Unreachable)
    /// The daemon answered that it cannot be done.
    case request(RequestProblem)
    /// A configuration or manifest has mistakes.
    case configuration(ConfigError)
    /// Something below failed.
    case stage(StageFailure)
    /// Anything else, with what to do about it.
    case failed(String, hint: String?)
    /// Another daemon holds the state directory.
    case held(String, hint: String?)
    /// The time was over.
    case timedOut(String)
    /// A person stopped it.
    case cancelled(String)
}

/// What is wrong with the words the program was started with.
struct UsageProblem: Error, Sendable {
    /// What is wrong.
    let message: String
    /// What was meant, perhaps.
    var hint: String?
    /// The verb, where it is known.
    var verb: Verb?
}

/// Why the daemon does not answer.
struct Unreachable: Error, Sendable, Hashable {
    /// What was found at the socket's path.
    enum Finding: Sendable, Hashable {
        /// There is nothing.
        case noSocket
        /// There is a socket, and nobody listens.
        case nobodyListens
        /// This user may not use it.
        case notAllowed
        /// It answered something, or broke off.
        case broken(String)
    }
    /// The socket's path.
    let socket: String
    /// What was found there.
    let finding: Finding

    /// One sentence that names the socket.
    var sentence: String {
        let path = clean(socket)
        return switch finding {
        case .noSocket: "the daemon cannot be reached: there is no socket at \(path)"
        case .nobodyListens: "the daemon cannot be reached: nobody listens at \(path)"
        case .notAllowed: "the daemon cannot be reached: this user may not use \(path)"
        case .broken(let reason): "the daemon at \(path) broke off: \(clean(reason))"
        }
    }

    /// What to do.
    var advice: String {
        switch finding {
        case .noSocket, .nobodyListens:
            "start it with 'systemctl start slipway' or 'slipway serve', or say where it listens with --socket PATH"
        case .notAllowed: "use sudo, join the socket's group, or name another daemon with --socket PATH"
        case .broken: "see its log: 'journalctl -u slipway', or where 'slipway serve' prints"
        }
    }
}
