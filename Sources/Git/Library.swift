import CLibgit2

/// libgit2 as a whole: initialised once, with nothing read from the machine's Git configuration.
package enum Library {
    /// The version this overlay was written against; older ones are refused.
    package static let minimumVersion = "1.5.0"

    /// Pack objects larger than this are refused by the indexer, whatever the remote says.
    package static let objectByteLimit = 1 << 30

    /// How much libgit2 may keep of objects that were read.
    private static let cacheByteLimit = 8 << 20

    private static let startError: GitError? = start()

    /// Initialises libgit2; later calls cost nothing.
    package static func prepare() throws(GitError) {
        if let startError { throw startError }
    }

    /// From here on TLS servers are checked against these certificates instead of the distribution's.
    package static func trust(certificates file: String) throws(GitError) {
        try prepare()
        try check("git_libgit2_opts", slipway_git_set_certificates(file, nil))
    }

    private static func start() -> GitError? {
        guard git_libgit2_init() >= 0 else { return .last("git_libgit2_init", -1) }
        var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
        git_libgit2_version(&major, &minor, &revision)
        guard (major, minor) >= (1, 5) else {
            return GitError(
                code: .generic, category: .none, call: "git_libgit2_version",
                message: "libgit2 \(major).\(minor).\(revision) is older than \(minimumVersion)")
        }
        // No configuration of the machine or its users: it could rewrite URLs or name proxies.
        for level in [
            GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
        ] {
            guard slipway_git_set_search_path(Int32(level.rawValue), "") >= 0 else {
                return .last("git_libgit2_opts", -1)
            }
        }
        // Off by default in libgit2: a pack must be on disk before the refs that need it.
        _ = slipway_git_enable_fsync(1)
        _ = slipway_git_enable_strict_hashes(1)
        // The check is against configuration of a stranger's repository that makes Git run programs.
        // libgit2 runs none, and file:// remotes usually belong to another user than the daemon.
        _ = slipway_git_set_owner_validation(0)
        _ = slipway_git_set_cache_limit(cacheByteLimit)
        _ = slipway_git_set_object_limit(objectByteLimit)
        return nil
    }
}
