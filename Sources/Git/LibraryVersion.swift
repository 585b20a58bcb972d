import CLibgit2

/// Which libgit2 this program runs with.
package enum GitLibrary {
    /// What the library says of itself.
    package static var version: String {
        var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
        git_libgit2_version(&major, &minor, &revision)
        return "libgit2 \(major).\(minor).\(revision)"
    }
}
