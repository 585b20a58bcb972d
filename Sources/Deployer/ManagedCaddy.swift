package import Lifecycle
package import Model

/// A Caddy that Slipway starts, and that outlives it: found again by its admin socket.
package struct ManagedCaddy: Sendable {
    /// Where it takes changes.
    package let admin: CaddyAdmin
    private let frame: CaddyFrame

    /// A Caddy whose configuration, data, socket and log are below that directory.
    ///
    /// - Parameter executable: the program; nil: `caddy` in the usual directories.
    package init(directory: String, frame: CaddyFrame, executable: String? = nil, log: Log) {
        admin = .socket(directory + "/admin.sock")
        self.frame = frame
    }

    /// Sees that it runs; starts it, with the routes it had, unless its admin socket answers.
    ///
    /// - Returns: whether it had to be started.
    @discardableResult
    package func start() async throws(StageFailure) -> Bool { throw .cancelled }

    /// The version of the program, `2.6.2`; fails when it is missing or too old.
    package func version() async throws(StageFailure) -> String { throw .cancelled }

    /// Ends it. For `demo` and tests: a daemon that stops leaves it running.
    package func stop() async throws(StageFailure) { throw .cancelled }
}
