import ContainerEngine
import Lifecycle
import Model

extension Deployer {
    /// Makes an environment's network with a subnet of its own; nothing happens if it exists.
    func makeNetwork(named name: String, for wanted: WantedEnvironment) async throws(StageFailure) {
        var labels = LabelSet(instance: instance, environment: wanted.id)
        labels.kind = wanted.kind
        labels.firstSeen = wanted.firstSeen
        // Taken by something the engine does not list: a route or an address of the host's.
        var refused: [SubnetBlock] = []
        for _ in 0..<Limit.subnetAttempts {
            let existing = try await networks()
            if let same = existing.first(where: { $0.name == name }) {
                guard same.labels[Label.instance] == instance else {
                    throw .networkTaken(name, by: same.labels[Label.instance])
                }
                return
            }
            let inUse = existing.flatMap(\.subnets).compactMap { SubnetBlock($0) } + hostNetworks()
            guard let subnet = subnets.take(avoiding: inUse + refused) else { break }
            defer { subnets.giveBack(subnet) }
            do throws(EngineError) {
                _ = try await engine.createNetwork(
                    name: name, subnet: subnet.description, labels: labels.encoded)
                Failpoint.pass("deploy.network.created")
                return
            } catch {
                // A conflict, or no answer: looked up by name in the next round.
                guard error.isSubnetTaken || error.isConflict else {
                    throw .engine(error, "the network of \(wanted.id) cannot be made")
                }
                if error.isSubnetTaken { refused.append(subnet) }
            }
        }
        throw .noSubnet(for: wanted.id)
    }

    private func networks() async throws(StageFailure) -> [EngineNetwork] {
        do { return try await engine.networks(labels: [:]) } catch {
            throw .engine(error, "the engine's networks cannot be listed")
        }
    }
}
