import Glibc

/// What the process was started with that defaults depend on; read once, so that no component reads the environment.
package struct Surroundings: Sendable, Hashable {
    /// Whether the process may do everything.
    package var isRoot: Bool
    /// The environment variables that count.
    package var variables: [String: String]

    /// Surroundings as given.
    package init(isRoot: Bool, variables: [String: String]) {
        self.isRoot = isRoot
        self.variables = variables
    }

    /// Those of this process.
    package static var current: Self {
        let names = [
            "HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "STATE_DIRECTORY", "RUNTIME_DIRECTORY",
            "CREDENTIALS_DIRECTORY", "CONTAINER_HOST", "DOCKER_HOST",
        ]
        var variables: [String: String] = [:]
        for name in names {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        return Self(isRoot: geteuid() == 0, variables: variables)
    }

    /// `$STATE_DIRECTORY` of systemd.exec(5), `/var/lib/slipway` for root, else below the user's own state directory.
    package var stateDirectory: String {
        if let given = first("STATE_DIRECTORY") { return given }
        if isRoot { return "/var/lib/slipway" }
        if let state = first("XDG_STATE_HOME") { return state + "/slipway" }
        return (first("HOME") ?? "/tmp") + "/.local/state/slipway"
    }

    /// `/run/slipway/slipway.sock` for root and under systemd, else in `$XDG_RUNTIME_DIR` or the state directory.
    package var socket: String {
        if let given = first("RUNTIME_DIRECTORY") { return given + "/slipway.sock" }
        if isRoot { return "/run/slipway/slipway.sock" }
        if let runtime = first("XDG_RUNTIME_DIR") { return runtime + "/slipway/slipway.sock" }
        return stateDirectory + "/slipway.sock"
    }

    /// Where systemd put the credentials of the unit (`LoadCredential=`); nil outside of it.
    package var credentialsDirectory: String? { first("CREDENTIALS_DIRECTORY") }

    /// The first absolute path of a variable; systemd separates several by colons.
    private func first(_ name: String) -> String? {
        guard let path = variables[name]?.split(separator: ":").first, path.hasPrefix("/") else { return nil }
        return String(path)
    }
}
