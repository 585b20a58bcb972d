import Lifecycle
package import Model

extension Deployer {
    /// Takes away what an environment runs, and leaves its network, its volumes and its record: it can be started again.
    package func halt(_ id: EnvironmentID) async throws(StageFailure) {
        turns.begin(id)
        try await router.set([], for: id)
        let observed = try await observe(id)
        let steps = decisions.removal(observed).filter { step in
            if case .retire = step { true } else { false }
        }
        try await retire(steps, of: id) { _ in true }
    }
}
