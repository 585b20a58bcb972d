package import Model

extension Configuration {
    /// One repository to be watched.
    package struct Project: Sendable, Hashable {
        /// Its name, unique in the daemon.
        package var name: ProjectName
        /// Where its repository is.
        package var repository: RemoteAddress
        /// What kind of host the repository is on; nil where nothing says so.
        package var host: GitHostKind?
        /// How the remote is told who we are.
        package var credential: CredentialSource
        /// What webhook requests are signed with: none, one, or two while one replaces the other.
        package var webhookSecrets: [SecretSource]
        /// How the host's API is reached, where that does not follow from the rest.
        package var api: HostAccess

        /// A project as given.
        package init(
            name: ProjectName, repository: RemoteAddress, host: GitHostKind? = nil,
            credential: CredentialSource = .none, webhookSecrets: [SecretSource] = [], api: HostAccess = .init()
        ) {
            self.name = name
            self.repository = repository
            self.host = host
            self.credential = credential
            self.webhookSecrets = webhookSecrets
            self.api = api
        }
    }

    /// How a Git host's API is reached.
    package struct HostAccess: Sendable, Hashable {
        /// Its address; nil: the usual one of that kind of host.
        package var url: String?
        /// The token it is called with; nil: the one of the project's credential.
        package var token: SecretSource?
        /// Whether the host is told how environments do.
        package var reports: Bool
        /// Whether its deployments are among what it is told, where it has such.
        package var deployments: Bool

        /// The defaults.
        package init(
            url: String? = nil, token: SecretSource? = nil, reports: Bool = true, deployments: Bool = true
        ) {
            self.url = url
            self.token = token
            self.reports = reports
            self.deployments = deployments
        }
    }
}

/// Where the credential for a remote is found.
package enum CredentialSource: Sendable, Hashable {
    /// There is none.
    case none
    /// A token, with the user name some hosts want beside it.
    case token(user: String?, SecretSource)
    /// A user name and password.
    case password(user: String, SecretSource)
    /// A GitHub App, which gets its tokens from GitHub.
    case app(AppSource)
    /// A private key, its passphrase if it has one, and the path of the known hosts' keys.
    case sshKey(SecretSource, passphrase: SecretSource?, knownHosts: String)
}

/// A GitHub App, and where its private key is found.
package struct AppSource: Sendable, Hashable {
    /// Its id or client id.
    package var id: String
    /// The number of its installation; nil: the one on the project's repository.
    package var installation: Int?
    /// Where its private key is.
    package var key: SecretSource

    /// An app as given.
    package init(id: String, installation: Int? = nil, key: SecretSource) {
        self.id = id
        self.installation = installation
        self.key = key
    }
}

/// Where a secret is found. Secrets are never written into the configuration itself.
package enum SecretSource: Sendable, Hashable {
    /// In a file of its own, by its absolute path.
    case file(String)
}
