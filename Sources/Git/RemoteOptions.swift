/// What is shown to a remote that asks who we are.
package enum GitCredential: Sendable {
    /// Nothing: the call fails where a credential is asked for.
    case none
    /// A name and a password or token.
    case password(user: String, password: String)
    /// A private key in the text of OpenSSH or PEM, held in memory only.
    case sshKey(user: String, privateKey: String, publicKey: String?, passphrase: String?)
}

/// How one call over the network behaves. Redirects to other hosts are never followed, proxies never used.
///
/// libgit2 still follows redirects within a host, to any port: see ``Library/connect(onlyTo:patience:)``.
package struct RemoteOptions: Sendable {
    /// Decides whether a server with this host key, in the form of RFC 4253 section 6.6, may be talked to.
    package typealias HostKeyCheck = @Sendable (_ host: String, _ key: [UInt8]) -> Bool

    /// What is shown when asked.
    package var credential: GitCredential
    /// Called for ssh remotes before anything is shown.
    package var hostKeyIsKnown: HostKeyCheck
    /// How many bytes of a pack are taken before the call is ended.
    package var byteLimit: Int
    /// Called whenever a fetch gets on, from within it.
    package var onActivity: @Sendable () -> Void

    /// Options as given; by default no host key is known.
    package init(
        credential: GitCredential = .none, hostKeyIsKnown: @escaping HostKeyCheck = { _, _ in false },
        byteLimit: Int = .max, onActivity: @escaping @Sendable () -> Void = {}
    ) {
        self.credential = credential
        self.hostKeyIsKnown = hostKeyIsKnown
        self.byteLimit = byteLimit
        self.onActivity = onActivity
    }
}

/// One line of a remote's listing, as it came: names are bytes, and may be hostile.
package struct RemoteLine: Sendable, Hashable {
    /// The ref's name, or `HEAD`, or a tag's name with `^{}` behind it for what the tag names.
    package let name: [UInt8]
    /// The object, as 40 hexadecimal digits.
    package let target: String
    /// For a symbolic ref, which ref it names.
    package let symbolicTarget: [UInt8]?

    /// A line as given.
    package init(name: [UInt8], target: String, symbolicTarget: [UInt8]? = nil) {
        self.name = name
        self.target = target
        self.symbolicTarget = symbolicTarget
    }
}

/// What a fetch brought.
package struct FetchStatistics: Sendable, Hashable {
    /// How many bytes were received.
    package let receivedBytes: Int
    /// How many objects they held.
    package let objects: Int
}

/// One ref to be fetched, and what it is called here. It may move in any direction.
package struct Refspec: Sendable, Hashable {
    /// The ref's name at the remote.
    package let source: [UInt8]
    /// The ref's name here.
    package let destination: [UInt8]

    /// A pair as given.
    package init(source: [UInt8], destination: [UInt8]) {
        self.source = source
        self.destination = destination
    }

    /// git-fetch(1)'s text of it; nil if a name has bytes that mean something there.
    var text: [UInt8]? {
        let special = Array("*:^~?[\\ +".utf8)
        guard !source.isEmpty, !destination.isEmpty,
            !(source + destination).contains(where: { $0 < 0x20 || $0 == 0x7f || special.contains($0) })
        else { return nil }
        return [UInt8(ascii: "+")] + source + [UInt8(ascii: ":")] + destination
    }
}
