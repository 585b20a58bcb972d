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
        let own = Set(observed.containers.filter(\.isAlive).compactMap(\.labels.port))
        var foreign: Set<Int> = []
        for port in Set(observed.routes.flatMap(\.ports)).subtracting(own) where await !ports.isUnused(port) {
            foreign.insert(port)
        }
        guard !foreign.isEmpty else { return observed }
        // The engine's own forwarder may listen for a moment longer than its container runs.
        do { try await SteadyClock.sleep(for: Self.forwarderGrace) } catch { throw .cancelled }
        for port in foreign where await ports.isUnused(port) { foreign.remove(port) }
        guard !foreign.isEmpty else { return observed }
        let list = foreign.sorted().map(String.init).joined(separator: ", ")
        log.warning("something else listens on port \(list), where \(observed.id) was; nothing is sent there any more")
        var result = observed
        result.routes = observed.routes.map { route in
            Route(id: route.id, hosts: route.hosts, ports: route.ports.filter { !foreign.contains($0) })
        }.filter { !$0.ports.isEmpty }
        try await router.set(result.routes, for: observed.id)
        return result
    }
}
