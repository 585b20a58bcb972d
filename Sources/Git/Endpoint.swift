import CLibgit2
import Synchronization

/// Where a connection goes.
package struct Endpoint: Sendable, Hashable {
    /// The host's name or address, in lower case and without the brackets of IPv6.
    package let host: String
    /// The port.
    package let port: Int

    /// An endpoint, however its host is written.
    package init(host: String, port: Int) {
        self.host = host.trimmingBrackets.lowercased()
        self.port = port
    }
}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

/// What holds for every connection of this process.
struct ConnectionRules: Sendable {
    var endpoints: Set<Endpoint> = []
    var patience: Duration = .zero

    static let current = Mutex(ConnectionRules())
}

extension Library {
    /// From here on libgit2 connects to these endpoints only, and waits no longer than this for anything.
    ///
    /// For http, https and git; not for ssh, whose transport takes no streams but libgit2's own. libgit2 1.5 follows
    /// redirects to other ports of a host whatever its options say (`git_net_url_apply_redirect` in net.c compares
    /// hosts alone), and would show them our credential.
    package static func connect(onlyTo endpoints: Set<Endpoint>, patience: Duration) throws(GitError) {
        try prepare()
        ConnectionRules.current.withLock { $0 = ConnectionRules(endpoints: endpoints, patience: patience) }
        var registration = git_stream_registration()
        registration.version = GIT_STREAM_VERSION
        registration.`init` = makeStream
        try check("git_stream_register", git_stream_register(GIT_STREAM_STANDARD, &registration))
    }
}
