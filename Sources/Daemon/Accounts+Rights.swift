package import Config
package import GitHosts
import Lifecycle
package import Model

extension Accounts {
    /// What a project's credential may at its host; nil where there is no host, or no credential that it would take.
    package func rights(of project: Configuration.Project) async throws(StageFailure) -> HostRights? {
        let pool = BlockingPool(name: "slipway.rights", width: 1)
        guard let client = HostLink.client(for: project, pool: pool, accounts: self, pace: HostPace(nil)) else {
            return nil
        }
        return try await client.rights()
    }
}
