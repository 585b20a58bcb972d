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
    private let deployments: Bool
    private let recall = Mutex(Recall.due)
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
        case reporting(ReportAct.Topic)

        private var order: Int {
            switch self {
            case .listing: 0
            case .comments: 1
            case .reporting(.statuses): 2
            case .reporting(.deployments): 3
            case .reporting(.comments): 4
            }
        }

        static func < (left: Self, right: Self) -> Bool { left.order < right.order }
    }

    /// What is known of what the host shows.
    enum Recall: Sendable {
        /// It has to be asked.
        case due
        /// It could not be asked, and is asked again then.
        case failed(until: Deadline)
        /// It was asked, as far as it answers.
        case done
    }

    /// Whether the host was asked what it shows of deployments that the records do not know.
    var recalled: Recall {
        recall.withLock { $0 }
    }

    /// Notes how asking it went.
    func note(recall outcome: Recall) { recall.withLock { $0 = outcome } }

    /// Whether the host is told of deployments.
    var showsDeployments: Bool { deployments && client.showsDeployments }

    /// A connection over which nothing was said yet.
    package init(project: ProjectName, client: HostClient, ledger: Ledger, reports: Bool, deployments: Bool = true) {
        self.project = project
        self.client = client
        self.ledger = ledger
        self.reports = reports
        self.deployments = deployments
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
        for settings: Configuration.Project, ledger: Ledger, pool: BlockingPool, accounts: Accounts, paces: HostPaces
    ) -> HostLink? {
        let repository = repository(of: settings)
        guard let pace = repository.map({ paces.pace(of: settings, at: $0) }),
            let client = client(for: settings, pool: pool, accounts: accounts, pace: pace)
        else { return nil }
        return HostLink(
            project: settings.name, client: client, ledger: ledger, reports: settings.api.reports,
            deployments: settings.api.deployments)
    }

    /// What calls a project's host; nil where it has no API that we may call.
    static func client(
        for settings: Configuration.Project, pool: BlockingPool, accounts: Accounts, pace: HostPace
    ) -> HostClient? {
        guard let repository = repository(of: settings),
            settings.api.token != nil || settings.credential.suitsCalls
        else { return nil }
        return HostClient(
            repository: repository, pool: pool, pace: pace, renew: { accounts.renews($0) },
            credential: { () async throws(StageFailure) in
                // Only what can be sent to an API comes this far.
                guard let credential = try await accounts.callCredential(of: settings) else { throw .cancelled }
                return credential
            })
    }

    private static func repository(of settings: Configuration.Project) -> HostRepository? {
        settings.host.flatMap { HostRepository(kind: $0, remote: settings.repository, api: settings.api.url) }
    }
}

extension CredentialSource {
    /// Whether an API takes it.
    fileprivate var suitsCalls: Bool {
        switch self {
        case .token, .password, .app: true
        case .none, .sshKey: false
        }
    }
}

/// The limits of every account at every host: one for all projects that call with it.
final class HostPaces: Sendable {
    private struct Account: Hashable {
        let api: String
        let token: SecretSource?
        let credential: CredentialSource?
    }

    private let paces = Mutex<[Account: HostPace]>([:])

    /// The pace of the account that a project calls with.
    func pace(of settings: Configuration.Project, at repository: HostRepository) -> HostPace {
        let account = Account(
            api: repository.api, token: settings.api.token,
            credential: settings.api.token == nil ? settings.credential : nil)
        return paces.withLock { paces in
            if let known = paces[account] { return known }
            let pace = HostPace(.usual(of: repository.kind))
            paces[account] = pace
            return pace
        }
    }
}
