import Model

/// What a Git child is told to do, as one line of JSON on its standard input. The only place a credential travels.
struct GitRequest: Codable, Sendable {
    /// What to do.
    enum Operation: Codable, Sendable {
        /// List every address, each with the heads of those pull requests.
        case list([RemoteAddress], heads: [PullRequestHeads])
        /// Fetch refs of an address into a mirror.
        case fetch(RemoteAddress, refs: [RefName], mirror: String)
    }

    /// A credential in clear.
    enum Credential: Codable, Sendable {
        case none
        case token(String)
        case password(user: String, String)
        case sshKey(privateKey: String, passphrase: String?, knownHosts: String)

        init(_ credential: RemoteCredential) {
            switch credential {
            case .none: self = .none
            case .token(let token): self = .token(token.withValue { $0 })
            case .password(let user, let password): self = .password(user: user, password.withValue { $0 })
            case .sshKey(let key, let passphrase, let knownHosts):
                self = .sshKey(
                    privateKey: key.withValue { $0 }, passphrase: passphrase?.withValue { $0 },
                    knownHosts: knownHosts)
            }
        }
    }

    /// What the child may use.
    struct Bounds: Codable, Sendable {
        /// For each listing, and between two signs of life of a fetch.
        let patience: Int
        /// Of the processor.
        let seconds: Int
        /// Of memory it writes to.
        let memoryBytes: Int
        /// Of a pack.
        let receivedBytes: Int
    }

    let operation: Operation
    let credential: Credential
    let bounds: Bounds
    /// A file of certificates to trust instead of the distribution's.
    let certificates: String?
    /// A directory for what libssh2 reads from files; the parent removes it.
    let scratch: String?
}
