/// How Caddy finds a host's containers in a directory, at every request, with nothing of it in its configuration.
///
/// Every change of its configuration makes Caddy 2.6 close listening sockets, idle connections and WebSockets:
/// measured with 16 busy keep-alive connections, some six requests fail at each change, whichever environment it
/// was for. So the managed Caddy's configuration never changes, and a route moves by the renaming of a file:
///
///     <directory>/<host>/u20001-20002     the containers' ports
///     <directory>/<host>/islipway--…      whose the route is; for us alone
///
/// The `file` matcher expands the pattern `u*` and says what it found in `{http.matchers.file.relative}`.
enum CaddyLookup {
    /// How many containers of one service get requests; their ports have to fit into a file's name.
    static let portLimit = 32

    /// A host name and a port, and no character that means something in a path or a pattern.
    private static let hostPattern = "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?$"
    private static let found = "{http.matchers.file.relative}"

    /// The routes that look a host up.
    static func routes(in directory: String) -> [CaddyRoute] {
        let lookup = CaddyRoute(
            match: [
                CaddyMatch(
                    file: CaddyFileMatch(root: "\(directory)/{http.request.host}", tryFiles: ["/u*"]),
                    header: ["Host": CaddyPattern(name: "host", pattern: hostPattern)])
            ],
            handle: [CaddyHandler(handler: "subroute", routes: proxies)], terminal: true)
        // Twice: the matcher lists a directory, then looks at the file, which may have been renamed in between.
        return [lowerCased, lookup, lookup]
    }

    /// Host names mean the same in capitals (RFC 4343), names of files do not. No placeholder of Caddy's is in lower
    /// case, but its `headers` handler replaces texts, and knows that the Host header is special.
    private static var lowerCased: CaddyRoute {
        let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
        return CaddyRoute(
            match: [CaddyMatch(header: ["Host": CaddyPattern(name: "capitals", pattern: "[A-Z]")])],
            handle: [
                CaddyHandler(
                    handler: "headers",
                    request: CaddyHeaderChange(replace: [
                        "Host": letters.map { CaddyReplacement(search: $0.uppercased(), replace: $0) }
                    ]))
            ])
    }

    /// What happens to requests, by how many containers a host has.
    private static let proxies = (1...portLimit).map(proxy)

    /// What happens to requests for a host with that many containers.
    private static func proxy(to count: Int) -> CaddyRoute {
        let name = "p\(count)"
        let pattern = "^/?u" + Array(repeating: "([0-9]+)", count: count).joined(separator: "-") + "$"
        return CaddyRoute(
            match: [CaddyMatch(variables: [found: CaddyPattern(name: name, pattern: pattern)])],
            handle: [CaddyFrame.proxy(to: (1...count).map { "{http.regexp.\(name).\($0)}" })], terminal: true)
    }
}
