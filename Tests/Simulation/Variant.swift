import Daemon
import Deployer
import Watcher

/// How the daemon of a world differs from the real one: not at all, or in the one way that a mutant has.
struct Variant: Sendable {
    var name = "the real one"
    var decisions = Decisions.standard
    var deciding = DeploymentDecisions.standard
    var records: @Sendable (SimulatedRecords, World, Life) -> any Records = { records, _, _ in records }
    var engine: @Sendable (any EngineCalls, Life) -> any EngineCalls = { engine, _ in engine }
    var routes: @Sendable (any RouteStore, Life) -> any RouteStore = { routes, _ in routes }
    var remotes: @Sendable (any RemoteLister) -> any RemoteLister = { $0 }

    static let real = Variant()
}
