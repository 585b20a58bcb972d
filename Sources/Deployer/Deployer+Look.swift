import ContainerEngine
package import Model

extension Deployer {
    /// Looks at a container that serves, from outside, once; returns what is wrong, in words, or nil.
    ///
    /// Asks the engine nothing. A worker, which publishes no port, is well while it runs.
    package func problem(of container: ObservedContainer, check: HealthCheck, host: String) async -> String? {
        guard container.state == .running else { return "it does not run (\(container.state.rawValue))" }
        guard let port = container.labels.port else { return nil }
        let probe = HealthProbe(port: port, path: check.path, host: host, timeout: check.timeout)
        switch await looks.look(probe) {
        case .healthy: return nil
        case .unhealthy(let words): return words
        case .connected:
            return await looks.staysConnected(probe)
                ? nil : "it takes connections, but nothing inside listens on its port"
        }
    }

    /// Whether a container last ended for want of memory, as far as the engine knows.
    package func isOutOfMemory(_ container: String) async -> Bool {
        // A failure says nothing; what is known without it is told.
        (try? await engine.inspect(container: container))?.isOutOfMemory ?? false
    }
}
