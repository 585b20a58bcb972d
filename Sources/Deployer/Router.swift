package import Lifecycle
package import Model

/// Moves hosts between containers in Caddy: one writer of one document, the whole array of routes.
///
/// Changes of several environments that arrive together become one request; a table that is what the
/// proxy has already becomes none, since every change cuts open WebSockets.
package actor Router {
    /// A router over a Caddy, whose table is not known yet.
    package init(admin: CaddyAdmin, frame: CaddyFrame, log: Log) {}

    /// What the proxy is to know.
    package var table: RouteTable { RouteTable() }

    /// Takes over the routes that the proxy has, and gives it our server if it has none.
    package func load() async throws(StageFailure) { throw .cancelled }

    /// Sends the environment's hosts where these routes say; returns once the proxy does.
    package func set(_ routes: [Route], for environment: EnvironmentID) async throws(StageFailure) { throw .cancelled }

    /// Makes this the whole table.
    package func replaceAll(_ table: RouteTable) async throws(StageFailure) { throw .cancelled }

    /// Sees that the proxy still has the table, and gives it back if it was restarted without.
    ///
    /// - Returns: whether anything had to be mended.
    @discardableResult
    package func verify() async throws(StageFailure) -> Bool { throw .cancelled }

    /// When something was last sent to the port; nil: not since this router was made, or it still is.
    package func unrouted(port: Int) -> ContinuousClock.Instant? { nil }
}
