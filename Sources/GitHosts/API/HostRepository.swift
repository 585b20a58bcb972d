package import Model

/// A repository as its host's API knows it.
package struct HostRepository: Sendable, Hashable {
    /// The kind of host.
    package let kind: GitHostKind
    /// The API's address, without a slash at its end.
    package let api: String
    /// The repository's full name: `acme/shop`, with every group on GitLab.
    package let fullName: String

    /// The repository behind a remote.
    ///
    /// - Parameter api: the API's address where it is not the usual one of that kind of host.
    package init?(kind: GitHostKind, remote: RemoteAddress, api: String? = nil) {
        var name = String(remote.path.drop { $0 == "/" })
        while name.hasSuffix("/") { name.removeLast() }
        if name.hasSuffix(".git") { name.removeLast(4) }
        let depth = name.split(separator: "/", omittingEmptySubsequences: false).count
        guard kind == .gitlab ? depth >= 2 : depth == 2, !name.contains("//") else { return nil }
        if let api {
            self.api = api.hasSuffix("/") ? String(api.dropLast()) : api
        } else {
            guard remote.scheme != .file, remote.scheme != .git else { return nil }
            self.api = Self.usualAddress(of: kind, remote: remote)
        }
        self.kind = kind
        fullName = name
    }

    /// Where a host of that kind has its API: docs.github.com "Getting started with the REST API", docs.gitlab.com
    /// "REST API", docs.gitea.com "API usage", developer.atlassian.com "Bitbucket Cloud REST API".
    private static func usualAddress(of kind: GitHostKind, remote: RemoteAddress) -> String {
        let host = remote.host.lowercased()
        // The web server's port is not the one of ssh.
        let port = remote.scheme == .ssh ? "" : remote.port.map { ":\($0)" } ?? ""
        let origin = (remote.scheme == .http ? "http://" : "https://") + host + port
        return switch kind {
        case .github where host == "github.com" || host == "ssh.github.com": "https://api.github.com"
        case .github: origin + "/api/v3"
        case .gitlab: origin + "/api/v4"
        case .gitea, .forgejo: origin + "/api/v1"
        case .bitbucket: "https://api.bitbucket.org/2.0"
        }
    }

    /// The full name as one part of a path, as GitLab wants it.
    var encodedName: String { HostCall.encoded(fullName) }

    /// The full name with its parts escaped and the slash between them.
    var pathName: String { fullName.split(separator: "/").map { HostCall.encoded(String($0)) }.joined(separator: "/") }
}
