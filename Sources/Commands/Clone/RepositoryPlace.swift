/// Where a repository is, whichever way it is reached: `https://github.com/acme/shop.git`,
/// `git@github.com:acme/shop` and `ssh://git@github.com:22/acme/shop` are one place.
struct RepositoryPlace: Sendable, Hashable {
    /// The host in lower case; empty for a directory of this machine.
    let host: String
    /// The path without slashes around it and without `.git`.
    let path: String

    /// The place of an address as Git takes it; nil: it names none.
    init?(_ address: String) {
        var rest = address[...]
        if let scheme = rest.firstRange(of: "://") {
            let isFile = rest[..<scheme.lowerBound] == "file"
            rest = rest[scheme.upperBound...]
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            host = isFile ? "" : Self.host(rest[..<slash])
            path = Self.path(rest[slash...])
        } else if let colon = rest.firstIndex(of: ":"), !rest[..<colon].contains("/") {
            // The form of scp(1), which git-fetch(1) describes: host:path, unless a slash comes first.
            host = Self.host(rest[..<colon])
            path = Self.path(rest[rest.index(after: colon)...])
        } else {
            host = ""
            path = Self.path(rest)
        }
        if path.isEmpty { return nil }
    }

    /// The host of an authority: no user, no port.
    private static func host(_ authority: Substring) -> String {
        var host = authority
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        if host.first == "[" { return host.dropFirst().prefix { $0 != "]" }.lowercased() }
        return host.prefix { $0 != ":" }.lowercased()
    }

    private static func path(_ text: Substring) -> String {
        var path = text.split(separator: "/", omittingEmptySubsequences: true).joined(separator: "/")
        if path.hasSuffix(".git"), path != ".git" { path.removeLast(4) }
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
