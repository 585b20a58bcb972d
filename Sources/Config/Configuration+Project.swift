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

        /// A project as given.
        package init(
            name: ProjectName, repository: RemoteAddress, host: GitHostKind? = nil,
            credential: CredentialSource = .none, webhookSecrets: [SecretSource] = []
        ) {
            self.name = name
            self.repository = repository
            self.host = host
            self.credential = credential
            self.webhookSecrets = webhookSecrets
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
    /// A private key, its passphrase if it has one, and the path of the known hosts' keys.
    case sshKey(SecretSource, passphrase: SecretSource?, knownHosts: String)
}

/// Where a secret is found. Secrets are never written into the configuration itself.
package enum SecretSource: Sendable, Hashable {
    /// In a file of its own, by its absolute path.
    case file(String)
}
