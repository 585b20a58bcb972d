import ContainerEngine
package import Lifecycle
package import Model
import Synchronization

/// Makes environments run what is wanted: wanted against observed, step by step, on a container engine and a proxy.
///
/// Remembers nothing that matters: every pass observes anew, so it can be repeated after a crash at any
/// point. One pass at a time for each environment is the caller's business; different environments may
/// pass side by side. Never touches what does not carry its instance label.
package final class Deployer: Sendable {
    let engine: any EngineCalls
    let router: Router
    package let instance: String
    let subnets: SubnetPool
    let ports: any PortSource
    let log: Log
    let turns = EnvironmentTurns()
    let labelReader = LabelReader()
    let lostRemovals = LostRemovals()
    let hasSurveyed = Mutex(false)
    let looks: any HealthLooks
    let hostNetworks: @Sendable () -> [SubnetBlock]
    let decisions: DeploymentDecisions

    /// The bounds of what this stage does.
    enum Limit {
        /// How many containers are retired at once in one environment.
        static let retirements = 4
        /// How often another port is tried when one turns out to be taken.
        static let portAttempts = 5
        /// How often another name is tried when one turns out to be a stranger's.
        static let nameAttempts = 20
        /// How often another subnet is tried when one turns out to be taken.
        static let subnetAttempts = 16
        /// How many processes a container may have.
        static let processes = 4096
        /// How much of a container's output the engine keeps.
        static let logBytes = 10 << 20
    }

    /// A deployer over an engine and a proxy.
    ///
    /// - Parameters:
    ///   - instance: the daemon's id, in every label.
    ///   - subnets: the block that environments' networks take their subnets from, `10.201.0.0/16`.
    ///   - looks: how containers are looked at; nil: over sockets.
    ///   - hostNetworks: the networks that this machine is in already; nil: those of its interfaces.
    package init(
        engine: any EngineCalls, router: Router, instance: String, subnets: SubnetBlock, ports: any PortSource,
        looks: (any HealthLooks)? = nil, hostNetworks: (@Sendable () -> [SubnetBlock])? = nil,
        decisions: DeploymentDecisions = .standard, log: Log
    ) {
        self.engine = engine
        self.router = router
        self.instance = instance
        self.subnets = SubnetPool(block: subnets)
        self.ports = ports
        self.looks = looks ?? SocketLooks()
        self.hostNetworks = hostNetworks ?? HostNetworks.blocks
        self.decisions = decisions
        self.log = log
    }

    /// Brings an environment to what is wanted and returns once it is live, or at once if it is already.
    ///
    /// When it fails, or is cancelled before routes move, what it made is gone again and what ran before
    /// runs on. What was replaced still runs when it returns: ``sweep(_:)`` takes it away.
    package func converge(
        on wanted: WantedEnvironment, reporter: any DeploymentReporter
    ) async throws(StageFailure) -> Convergence {
        turns.begin(wanted.id)
        // Before the look: a container that is being taken away may be gone, and no longer known to be, when what was
        // seen of it arrives.
        let leaving = turns.leaving
        let found = try await observeForPlan(wanted.id)
        let observed = try await withdrawingStrangers(from: turns.usable(found, without: leaving))
        let steps = decisions.steps(observed, wanted)
        let needsSweep = !DeploymentPlan.leftovers(in: observed, of: wanted).isEmpty
        guard !steps.isEmpty else { return Convergence(changed: false, needsSweep: needsSweep) }
        let run = DeploymentRun(deployer: self, wanted: wanted, observed: observed, reporter: reporter)
        do {
            try await run.perform(steps)
        } catch {
            await shielded { await run.undo() }
            throw error
        }
        return Convergence(changed: true, needsSweep: needsSweep, proven: run.traces.withLock { $0.proven })
    }
}
