import Crypto
import FoundationEssentials
import Git
import Glibc
import Model
import Synchronization

/// How a Git child gets at an address: the credential in libgit2's terms, and what is thought of host keys.
struct RemoteAccess: Sendable {
    /// Why a host key was refused, where it was.
    final class Refusal: Sendable {
        private let stored = Mutex<StageFailure?>(nil)
        var value: StageFailure? { stored.withLock { $0 } }
        func note(_ failure: StageFailure) { stored.withLock { $0 = failure } }
    }

    let bounds: GitRequest.Bounds
    private let credential: GitRequest.Credential
    private let knownHosts: KnownHosts

    /// Prepares what libssh2 reads from files, if the request is for ssh.
    init(_ request: GitRequest) {
        bounds = request.bounds
        credential = request.credential
        guard case .sshKey(_, _, let text) = request.credential else {
            knownHosts = KnownHosts("")
            return
        }
        knownHosts = KnownHosts(text)
        if let scratch = request.scratch { Self.prefer(knownHosts, for: request.addresses, home: scratch) }
    }

    /// Options for one address; a host key that is not known is noted in `refusal`.
    func options(for address: RemoteAddress, refusal: Refusal) -> RemoteOptions {
        let knownHosts = knownHosts
        return RemoteOptions(
            credential: credential(for: address),
            hostKeyIsKnown: { _, key in
                // The configured host counts, not what the connection says of itself.
                let verdict = knownHosts.verdict(host: address.host, port: address.port ?? 22, key: key)
                if verdict == .known { return true }
                let digest = Data(SHA256.digest(of: key)).base64EncodedString()
                let fingerprint = "SHA256:" + digest.prefix { $0 != "=" }
                refusal.note(WatcherFailures.hostKey(verdict, address, fingerprint: fingerprint))
                return false
            },
            byteLimit: bounds.receivedBytes)
    }

    private func credential(for address: RemoteAddress) -> GitCredential {
        switch credential {
        case .none: .none
        case .token(let token): .password(user: Self.tokenUser(of: address.host), password: token)
        case .password(let user, let password): .password(user: user, password: password)
        case .sshKey(let key, let passphrase, _):
            .sshKey(user: address.user ?? "git", privateKey: key, publicKey: nil, passphrase: passphrase)
        }
    }

    /// The user name that hosts expect beside a token. GitHub, Gitea and Forgejo take any.
    private static func tokenUser(of host: String) -> String {
        if host == "bitbucket.org" { return "x-token-auth" }
        if host.split(separator: ".").contains("gitlab") { return "oauth2" }
        return "x-access-token"
    }

    /// Tells libgit2 which kinds of host key to ask for: those it finds below `$HOME`, which is the scratch
    /// directory. Otherwise libssh2 asks for ECDSA keys first, which people's known_hosts often lack.
    private static func prefer(_ knownHosts: KnownHosts, for addresses: [RemoteAddress], home: String) {
        let text = addresses.map { knownHosts.preference(host: $0.host, port: $0.port ?? 22) }.joined()
        guard mkdir(home + "/.ssh", 0o700) == 0, let file = fopen(home + "/.ssh/known_hosts", "we") else { return }
        fputs(text, file)
        fclose(file)
    }
}

extension RemoteAddress {
    /// Where a connection for this address may go; nil for those that libgit2 makes in another way.
    var endpoint: Endpoint? {
        let standard: Int
        switch scheme {
        case .http: standard = 80
        case .https: standard = 443
        case .git: standard = 9418
        case .ssh, .file: return nil
        }
        return Endpoint(host: host, port: port ?? standard)
    }
}

extension GitRequest {
    /// What the request is about.
    var addresses: [RemoteAddress] {
        switch operation {
        case .list(let addresses, _): addresses
        case .fetch(let address, _, _): [address]
        }
    }
}
