import Lifecycle
import Model

extension Deployer {
    /// How long an engine's forwarder may outlive its container.
    private static let forwarderGrace = Duration.milliseconds(300)

    /// Takes those ports out of an environment's routes behind which something listens that is not the environment's:
    /// after a boot, say, another program may have come first. Returns the environment as it is then.
    ///
    /// A port on which nothing listens stays: requests wait a moment for a container that is being started again.
    func withdrawingStrangers(from observed: ObservedEnvironment) async throws(StageFailure) -> ObservedEnvironment {
        guard await !foreignPorts(in: observed).isEmpty else { return observed }
        // The engine's own forwarder may listen for a moment longer than its container runs.
        do { try await SteadyClock.sleep(for: Self.forwarderGrace) } catch { throw .cancelled }
        // Listed after the ports were looked at: the engine may have started the container itself meanwhile, and what
        // listens is the environment's own then.
        var busy: Set<Int> = []
        for port in Set(observed.routes.flatMap(\.ports)) where await !ports.isUnused(port) { busy.insert(port) }
        let leaving = turns.leaving
        let now = turns.usable(try await observeForPlan(observed.id), without: leaving)
        let foreign = busy.subtracting(Self.ownPorts(of: now))
        guard !foreign.isEmpty else { return now }
        let list = foreign.sorted().map(String.init).joined(separator: ", ")
        log.warning("something else listens on port \(list), where \(now.id) was; nothing is sent there any more")
        var result = now
        result.routes = now.routes.map { route in
            Route(id: route.id, hosts: route.hosts, ports: route.ports.filter { !foreign.contains($0) })
        }.filter { !$0.ports.isEmpty }
        try await router.set(result.routes, for: now.id)
        return result
    }

    private func foreignPorts(in observed: ObservedEnvironment) async -> Set<Int> {
        var foreign: Set<Int> = []
        for port in Set(observed.routes.flatMap(\.ports)).subtracting(Self.ownPorts(of: observed))
        where await !ports.isUnused(port) {
            foreign.insert(port)
        }
        return foreign
    }

    private static func ownPorts(of observed: ObservedEnvironment) -> Set<Int> {
        Set(observed.containers.filter(\.isAlive).compactMap(\.labels.port))
    }
}
