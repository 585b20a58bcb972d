import Config
import Glibc
import Lifecycle
import Model

/// One verb with what it was given, and the world it runs in.
struct Invocation: Sendable {
    /// What is asked.
    let verb: Verb
    /// With what.
    let arguments: Arguments
    /// Where.
    let context: Context

    /// Where text goes.
    var screen: Screen { context.screen }

    /// Whether a flag was given.
    func has(_ flag: Flag) -> Bool { arguments.flags[flag.name] != nil }

    /// The value of a flag, if it was given.
    func value(_ flag: Flag) -> String? { arguments.flags[flag.name] }

    /// The whole number a flag was given, from 1 on.
    func count(_ flag: Flag, default fallback: Int) throws(CommandProblem) -> Int {
        guard let text = value(flag) else { return fallback }
        guard let count = Int(text), (1...1_000_000).contains(count) else {
            throw usage("'--\(flag.name)' wants a number from 1 on, not '\(clean(text))'")
        }
        return count
    }

    /// The duration a flag was given.
    func duration(_ flag: Flag, default fallback: Duration) throws(CommandProblem) -> Duration {
        guard let text = value(flag) else { return fallback }
        guard let duration = TimeText.duration(text) else {
            throw usage("'--\(flag.name)' wants a duration such as 90s, 5m or 1h, not '\(clean(text))'")
        }
        return duration
    }

    /// A problem with the words of this very verb.
    func usage(_ message: String, hint: String? = nil) -> CommandProblem {
        .usage(UsageProblem(message: message, hint: hint, verb: verb))
    }

    /// The daemon's socket: as given, in the environment, or where a daemon of this user or of root listens.
    var socketPath: String {
        if let given = value(.socket) { return given }
        if let given = context.variables["SLIPWAY_SOCKET"], !given.isEmpty { return given }
        let own = context.surroundings.socket
        let candidates = [own, Self.systemSocket]
        return candidates.first { access($0, F_OK) == 0 } ?? own
    }

    private static let systemSocket = "/run/slipway/slipway.sock"

    /// A file as it was given, seen from the working directory.
    func path(_ given: String) -> String { context.absolute(given) }

    /// What asks the daemon.
    var client: DaemonClient { DaemonClient(socketPath: socketPath) }

    /// The daemon's configuration: the file that was named, or the first of the usual ones.
    func configuration() throws(CommandProblem) -> Configuration {
        let path = try configurationPath()
        do throws(ConfigError) {
            return try ConfigurationReader.load(path: path, surroundings: context.surroundings)
        } catch {
            throw .configuration(error)
        }
    }

    private func configurationPath() throws(CommandProblem) -> String {
        if let given = value(.config) { return given }
        let home = context.surroundings.variables["HOME"].map { ["\($0)/.config/slipway/config.yml"] } ?? []
        let usual = ["/etc/slipway/config.yml"] + home + ["\(context.directory)/config.yml"]
        if let found = usual.first(where: { access($0, F_OK) == 0 }) { return found }
        throw .failed(
            "there is no configuration: looked for \(usual.joined(separator: ", "))",
            hint: "write one of three lines, or name it with --config PATH:\n"
                + "    projects:\n      - repository: https://github.com/you/yours.git\n"
                + "        name: yours")
    }
}
