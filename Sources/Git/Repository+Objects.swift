import CLibgit2

extension Repository {
    /// Whether the object is here.
    package func contains(_ object: String) -> Bool {
        guard var id = try? Identifier.parse(object) else { return false }
        return (try? withObjects { objects in git_odb_exists(objects, &id) == 1 }) ?? false
    }

    /// The size of a blob, read from its header alone.
    package func blobSize(_ blob: String) throws(GitError) -> Int {
        var id = try Identifier.parse(blob)
        return try withObjects { objects throws(GitError) in
            var size = 0
            var kind = GIT_OBJECT_ANY
            try check("git_odb_read_header", git_odb_read_header(&size, &kind, objects, &id))
            guard kind == GIT_OBJECT_BLOB else { throw .notABlob(blob) }
            return size
        }
    }

    /// Loads a blob whole: ask for its size first.
    package func blob(_ blob: String) throws(GitError) -> Blob {
        var id = try Identifier.parse(blob)
        return try withObjects { objects throws(GitError) in
            let object: OpaquePointer = try make("git_odb_read") { git_odb_read($0, objects, &id) }
            guard git_odb_object_type(object) == GIT_OBJECT_BLOB else {
                git_odb_object_free(object)
                throw .notABlob(blob)
            }
            return Blob(object: object)
        }
    }

    /// The commit that is meant by a commit or by a tag that names one.
    package func peelToCommit(_ object: String) throws(GitError) -> String {
        try withCommit(object) { commit in Identifier.hex(git_object_id(commit)) }
    }

    /// The tree of a commit, or of the commit that a tag names.
    package func treeID(ofCommit commit: String) throws(GitError) -> String {
        try withCommit(commit) { commit in Identifier.hex(git_commit_tree_id(commit)) }
    }

    /// What people want to know of a commit.
    package func commitSummary(_ commit: String) throws(GitError) -> CommitSummary {
        try withCommit(commit) { commit in
            let author = git_commit_author(commit)?.pointee
            return CommitSummary(
                subject: git_commit_summary(commit).map { bytes(of: $0) } ?? [],
                author: author?.name.map { bytes(of: $0) } ?? [],
                secondsSince1970: author?.when.time ?? 0)
        }
    }

    /// Whether `ancestor` is `descendant` or comes before it in its history.
    package func isAncestor(_ ancestor: String, of descendant: String) throws(GitError) -> Bool {
        if ancestor == descendant { return true }
        var (first, second) = (try Identifier.parse(ancestor), try Identifier.parse(descendant))
        return try check("git_graph_descendant_of", git_graph_descendant_of(handle, &second, &first)) == 1
    }

    /// Lends the commit that an object is or names.
    func withCommit<Value>(
        _ object: String, _ body: (OpaquePointer) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        var id = try Identifier.parse(object)
        let found: OpaquePointer = try make("git_object_lookup") {
            git_object_lookup($0, handle, &id, GIT_OBJECT_ANY)
        }
        defer { git_object_free(found) }
        let commit: OpaquePointer = try make("git_object_peel") { git_object_peel($0, found, GIT_OBJECT_COMMIT) }
        defer { git_object_free(commit) }
        return try body(commit)
    }
}

/// What people want to know of a commit. Dates are the author's claim: never order by them.
package struct CommitSummary: Sendable, Hashable {
    /// The first paragraph of the message, on one line.
    package let subject: [UInt8]
    /// The author's name.
    package let author: [UInt8]
    /// When the author says it was written.
    package let secondsSince1970: Int64
}

/// The content of a blob, held in memory by libgit2; independent of the repository it came from.
package struct Blob: ~Copyable {
    private let object: OpaquePointer

    init(object: OpaquePointer) { self.object = object }

    deinit { git_odb_object_free(object) }

    /// How many bytes there are.
    package var count: Int { git_odb_object_size(object) }

    /// Copies all of them out.
    package var bytes: [UInt8] { bytes(from: 0, count: count) }

    /// Copies out at most `count` bytes, beginning at an offset; none at the end.
    package func bytes(from offset: Int, count wanted: Int) -> [UInt8] {
        let length = min(wanted, count - offset)
        guard length > 0, let data = git_odb_object_data(object) else { return [] }
        return Array(UnsafeRawBufferPointer(start: data + offset, count: length))
    }

    /// Lends all of them without a copy.
    package func withBytes<Value, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(UnsafeRawBufferPointer(start: git_odb_object_data(object), count: count).bytes)
    }
}

extension GitError {
    /// The object is something else than what was asked for.
    static func notABlob(_ object: String) -> Self {
        Self(code: .notFound, category: .objects, call: "git_odb_object_type", message: "not a blob: \(object)")
    }
}
