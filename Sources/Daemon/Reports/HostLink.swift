import Config
package import GitHosts
import Lifecycle
package import Model
package import Store
import Synchronization

/// The connection of one project to its Git host's API, and what is known of it.
package final class HostLink: Sendable {
    /// The project.
    package let project: ProjectName
    /// Calls the host.
    let client: HostClient
    /// Remembers what the host was told, and what it said.
    let ledger: Ledger
    /// Whether the host is told how environments do.
    let reports: Bool
    /// Rung when the host's pull requests should be looked at now.
    let look = Wake()
    private let troubles = Mutex<[Duty: StageFailure]>([:])

    /// What the host is called for.
    enum Duty: Hashable, Comparable {
        /// Listing pull requests.
        case listing
        /// Reading comments, and who may ask in them.
        case comments
        /// Telling how environments do.
        case reporting
    }

    /// A connection over which nothing was said yet.
    package init(project: ProjectName, client: HostClient, ledger: Ledger, reports: Bool) {
        self.project = project
        self.client = client
        self.ledger = ledger
        self.reports = reports
    }

    /// What people are shown of it.
    var status: PartStatus {
        let trouble = troubles.withLock { $0.min { $0.key < $1.key }?.value }
        let repository = client.repository
        return PartStatus(
            name: "\(repository.kind.title) at \(repository.api)",
            problem: trouble.map { $0.message + ($0.hint.map { "; \($0)" } ?? "") })
    }

    /// Notes how a call went; true when that is news.
    func note(_ duty: Duty, _ trouble: StageFailure?) -> Bool {
        troubles.withLock { troubles in
            defer { troubles[duty] = trouble }
            return troubles[duty]?.reason != trouble?.reason
        }
    }
}

extension HostLink {
    /// The connection that the configuration gives a project; nil where its host has no API that we may call.
    static func link(
        for settings: Configuration.Project, ledger: Ledger, pool: BlockingPool
    ) -> HostLink? {
        guard let kind = settings.host,
            let repository = HostRepository(kind: kind, remote: settings.repository, api: settings.api.url)
        else { return nil }
        let load: @Sendable () throws(StageFailure) -> RemoteCredential
        switch (settings.api.token, settings.credential) {
        case (let token?, _): load = CredentialSource.token(user: nil, token).loader
        case (nil, .token), (nil, .password): load = settings.credential.loader
        case (nil, .none), (nil, .sshKey): return nil
        }
        let client = HostClient(repository: repository, pool: pool) { () throws(StageFailure) in
            // Only what can be sent to an API comes this far.
            guard let credential = HostCredential(try load()) else { throw .cancelled }
            return credential
        }
        return HostLink(project: settings.name, client: client, ledger: ledger, reports: settings.api.reports)
    }
}
