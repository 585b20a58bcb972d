package import Model

/// A repository as one credential sees it: what is equal is listed once.
package struct RepositorySource: Sendable, Hashable {
    /// Where it is.
    package let address: RemoteAddress
    /// What is shown to it.
    package let credential: RemoteCredential

    /// A source as given.
    package init(address: RemoteAddress, credential: RemoteCredential) {
        self.address = address
        self.credential = credential
    }
}

extension RemoteAddress {
    /// What a credential is for: it never goes to another scheme, host or port.
    package struct Origin: Sendable, Hashable {
        /// How the host is reached.
        package let scheme: Scheme
        /// The host.
        package let host: String
        /// The port, where it is not the scheme's own.
        package let port: Int?
    }

    /// The scheme, host and port.
    package var origin: Origin { Origin(scheme: scheme, host: host, port: port) }
}
