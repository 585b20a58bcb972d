import CLibgit2

/// The refs of a remote, listed without a repository of our own.
package enum RemoteListing {
    /// Asks the remote for all its refs. Blocks without a limit: libgit2 1.5 has no timeouts.
    package static func list(url: String, options: RemoteOptions) throws(GitError) -> [RemoteLine] {
        try Library.prepare()
        let remote: OpaquePointer = try make("git_remote_create_detached") { git_remote_create_detached($0, url) }
        defer { git_remote_free(remote) }
        var connection = git_remote_connect_options()
        try check(
            "git_remote_connect_options_init",
            git_remote_connect_options_init(&connection, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION)))
        connection.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        let context = RemoteContext(options)
        context.install(in: &connection.callbacks)
        let code = withExtendedLifetime(context) {
            git_remote_connect_ext(remote, GIT_DIRECTION_FETCH, &connection)
        }
        try context.check("git_remote_connect_ext", code)
        defer { git_remote_disconnect(remote) }
        return try lines(of: remote)
    }

    private static func lines(of remote: OpaquePointer) throws(GitError) -> [RemoteLine] {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try check("git_remote_ls", git_remote_ls(&heads, &count, remote))
        var lines: [RemoteLine] = []
        lines.reserveCapacity(count)
        for index in 0..<count {
            guard let head = heads?[index]?.pointee, let name = head.name else { continue }
            lines.append(
                RemoteLine(
                    name: bytes(of: name), target: Identifier.hex(head.oid),
                    symbolicTarget: head.symref_target.map { bytes(of: $0) }))
        }
        return lines
    }
}

extension RemoteContext {
    /// Like ``check(_:_:)``, but what a callback of ours refused goes before what libgit2 made of it.
    func check(_ call: String, _ code: Int32) throws(GitError) {
        if code >= 0 { return }
        let error = GitError.last(call, code)
        throw refusal ?? error
    }
}
