import CLibgit2
import Glibc

/// A bare repository that is open. Belongs to one thread or actor at a time.
package struct Repository: ~Copyable {
    let handle: OpaquePointer

    /// Opens the bare repository in that directory.
    package init(openingBare path: String) throws(GitError) {
        try Library.prepare()
        handle = try make("git_repository_open_bare") { git_repository_open_bare($0, path) }
    }

    deinit { git_repository_free(handle) }

    /// Makes an empty bare repository; the directory may be there, but no repository in it.
    package static func createBare(at path: String) throws(GitError) {
        try Library.prepare()
        var options = git_repository_init_options()
        try check(
            "git_repository_init_options_init",
            git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION)))
        options.flags =
            GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
            | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
        let made: OpaquePointer = try make("git_repository_init_ext") { git_repository_init_ext($0, path, &options) }
        git_repository_free(made)
    }

    /// Fetches the refs from the remote. Blocks without a limit: libgit2 1.5 has no timeouts.
    ///
    /// A ref the remote does not have is passed over: look with ``target(of:)``. Tags come only if named.
    package func fetch(
        url: String, refspecs: [Refspec], options: RemoteOptions
    ) throws(GitError) -> FetchStatistics {
        var texts: [UnsafeMutablePointer<CChar>?] = []
        defer { for text in texts { free(text) } }
        for refspec in refspecs {
            guard let text = refspec.text else {
                throw GitError(
                    code: .invalidName, category: .none, call: "git_remote_fetch",
                    message: "a ref's name has characters that Git forbids")
            }
            texts.append(strndup(text.map { CChar(bitPattern: $0) }, text.count))
        }
        let remote: OpaquePointer = try make("git_remote_create_anonymous") {
            git_remote_create_anonymous($0, handle, url)
        }
        defer { git_remote_free(remote) }
        var fetching = git_fetch_options()
        try check(
            "git_fetch_options_init", git_fetch_options_init(&fetching, UInt32(GIT_FETCH_OPTIONS_VERSION)))
        fetching.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        fetching.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        fetching.update_fetchhead = 0
        let context = RemoteContext(options)
        context.install(in: &fetching.callbacks)
        let code = texts.withUnsafeMutableBufferPointer { texts in
            var list = git_strarray(strings: texts.baseAddress, count: texts.count)
            return withExtendedLifetime(context) { git_remote_fetch(remote, &list, &fetching, nil) }
        }
        try context.check("git_remote_fetch", code)
        guard let statistics = git_remote_stats(remote)?.pointee else {
            return FetchStatistics(receivedBytes: 0, objects: 0)
        }
        return FetchStatistics(
            receivedBytes: statistics.received_bytes, objects: Int(statistics.received_objects))
    }

    /// The object that a ref of this repository names; nil if there is no such ref.
    package func target(of ref: [UInt8]) throws(GitError) -> String? {
        var id = git_oid()
        let code = (ref + [0]).withUnsafeBytes { name in
            git_reference_name_to_id(&id, handle, name.assumingMemoryBound(to: CChar.self).baseAddress)
        }
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        try check("git_reference_name_to_id", code)
        return Identifier.hex(id)
    }

    /// Lends the object database.
    func withObjects<Value: ~Copyable>(
        _ body: (OpaquePointer) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        let objects: OpaquePointer = try make("git_repository_odb") { git_repository_odb($0, handle) }
        defer { git_odb_free(objects) }
        return try body(objects)
    }
}
