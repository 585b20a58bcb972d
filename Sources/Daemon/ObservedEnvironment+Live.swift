import ContainerEngine
import Deployer
import Model

extension ObservedEnvironment {
    /// Whether containers of another release or configuration are there.
    func hasMore(than live: EnvironmentRecord.LiveRelease) -> Bool {
        containers.contains { $0.labels.release != live.release || $0.labels.configuration != live.configuration }
    }

    /// Whether every container of a release runs that was made under a configuration.
    func runs(_ release: Release, configuration: Digest) -> Bool {
        release.services.allSatisfy { service in
            (1...max(1, service.definition.replicas)).allSatisfy { replica in
                containers.contains {
                    $0.state == .running && $0.labels.service == service.name && $0.labels.replica == replica
                        && $0.labels.release == release.id && $0.labels.configuration == configuration
                }
            }
        }
    }

    /// Whether the proxy sends requests to every container of a release's public services that was made under a
    /// configuration, and to nothing else.
    func serves(_ release: Release, configuration: Digest) -> Bool {
        let isPublic = Dictionary(
            release.services.map { ($0.name, $0.definition.isPublic && $0.definition.port != .worker) }
        ) { first, _ in first }
        let wanted = containers.filter { container in
            container.labels.release == release.id && container.labels.configuration == configuration
                && container.labels.service.map { isPublic[$0] ?? false } ?? false
        }
        return Set(wanted.compactMap(\.labels.port)) == Set(routes.flatMap(\.ports))
    }

    /// What the proxy sends requests to; nil where that is nothing, or not of one release alone.
    var servedLabels: LabelSet? {
        let ports = Set(routes.flatMap(\.ports))
        let served = containers.filter { $0.labels.port.map(ports.contains) ?? false }.map(\.labels)
        guard let first = served.first,
            served.allSatisfy({ $0.release == first.release && $0.configuration == first.configuration })
        else { return nil }
        return first
    }
}
