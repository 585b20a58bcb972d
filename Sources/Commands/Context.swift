import Config
import Glibc
import Lifecycle
import Model

/// The world a verb runs in; read once, so that no verb reads the environment.
struct Context: Sendable {
    /// Where text goes.
    var screen: Screen
    /// What defaults depend on.
    var surroundings: Surroundings
    /// The environment variables of the command line alone.
    var variables: [String: String]
    /// The working directory.
    var directory: String
    /// The wall clock.
    var now: @Sendable () -> Timestamp

    /// That of this process.
    static var current: Self {
        var variables: [String: String] = [:]
        for name in ["SLIPWAY_SOCKET", "INVOCATION_ID", "JOURNAL_STREAM"] {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        var directory = "/"
        if let path = getcwd(nil, 0) {
            directory = String(cString: path)
            free(path)
        }
        return Self(
            screen: .process, surroundings: .current, variables: variables, directory: directory,
            now: { Timestamp(milliseconds: WallClock.milliseconds()) })
    }

    /// A path as given, seen from the working directory.
    func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : "\(directory)/\(path)" }
}
