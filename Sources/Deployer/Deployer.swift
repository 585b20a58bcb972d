package import ContainerEngine
package import Lifecycle
package import Model

/// Makes environments run what is wanted: wanted against observed, step by step, on a container engine and a proxy.
///
/// Remembers nothing that matters: every pass observes anew, so it can be repeated after a crash at any
/// point. One pass at a time for each environment is the caller's business; different environments may
/// pass side by side. Never touches what does not carry its instance label.
package final class Deployer: Sendable {
    let engine: EngineClient
    let router: Router
    let instance: String
    let subnets: SubnetPool
    let ports: any PortSource
    let log: Log

    /// A deployer over an engine and a proxy.
    ///
    /// - Parameters:
    ///   - instance: the daemon's id, in every label.
    ///   - subnets: the block that environments' networks take their subnets from, `10.201.0.0/16`.
    package init(
        engine: EngineClient, router: Router, instance: String, subnets: SubnetBlock, ports: any PortSource, log: Log
    ) {
        self.engine = engine
        self.router = router
        self.instance = instance
        self.subnets = SubnetPool(block: subnets)
        self.ports = ports
        self.log = log
    }

    /// Everything that carries our instance label, by environment, with what the proxy sends to it.
    package func observe() async throws(StageFailure) -> ObservedWorld { throw .cancelled }

    /// What exists of one environment.
    package func observe(_ id: EnvironmentID) async throws(StageFailure) -> ObservedEnvironment { throw .cancelled }

    /// Brings an environment to what is wanted and returns once it is live, or at once if it is already.
    ///
    /// When it fails, or is cancelled before routes move, what it made is gone again and what ran before
    /// runs on. What was replaced still runs when it returns: ``sweep(_:)`` takes it away.
    package func converge(
        on wanted: WantedEnvironment, reporter: any DeploymentReporter
    ) async throws(StageFailure) -> Convergence { throw .cancelled }

    /// Drains, stops and removes what is not wanted any more; does nothing while `wanted` is not what runs.
    ///
    /// May wait for as long as a drain takes. Safe to repeat and to cancel.
    package func sweep(_ wanted: WantedEnvironment) async throws(StageFailure) { throw .cancelled }

    /// Removes an environment and everything it has: routes, containers, volumes, network.
    package func remove(_ id: EnvironmentID) async throws(StageFailure) { throw .cancelled }

    /// Writes a person's pin to the engine, where it outlives the database; nil takes it away.
    package func mark(_ id: EnvironmentID, hold: Hold?) async throws(StageFailure) { throw .cancelled }

    /// Removes images that this instance built; those in use, and those of others, stay.
    ///
    /// - Returns: what is gone now.
    package func discardImages(_ images: [ImageID]) async throws(StageFailure) -> [ImageID] { throw .cancelled }

    /// The output of an environment's containers, in pieces; lines carry the container's name where there are several.
    ///
    /// Ends when every container has ended, or without `follow` at the end of what there is.
    package func logs(
        of id: EnvironmentID, service: String?, tail: Int, follow: Bool,
        onPiece: @escaping @Sendable ([UInt8]) -> Void
    ) async throws(StageFailure) { throw .cancelled }

    /// Tells which environments' containers were started, ended or removed, until the task is cancelled.
    ///
    /// - Parameter onGap: called when events may have been missed, as after the engine was away: look at everything.
    package func watch(
        onChange: @escaping @Sendable (EnvironmentID) -> Void, onGap: @escaping @Sendable () -> Void = {}
    ) async {}
}
