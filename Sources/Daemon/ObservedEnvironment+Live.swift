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
}
