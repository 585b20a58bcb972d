import Git
import Lifecycle
package import Model

/// Reads one project's bare mirror, on one of a few threads for all of them. Only children write to mirrors.
package actor Mirror {
    /// Where the mirror is.
    package nonisolated let path: String
    private nonisolated let executor: BlockingExecutor
    private var repository: Repository?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    // Reading takes milliseconds; a thread for each of a hundred projects, woken by every poll, takes megabytes.
    private static let executors = (0..<4).map { _ in BlockingExecutor(name: "slipway.mirror") }

    /// A reader of the mirror in that directory, which need not be there yet.
    package init(path: String) {
        self.path = path
        executor = Self.executors[Int(path.hashValue.magnitude % UInt(Self.executors.count))]
    }

    /// Whether the mirror has the commit.
    package func contains(_ commit: ObjectID) -> Bool {
        let found = try? reading(commit) { repository throws(GitError) -> Bool in
            guard repository.contains(commit.hex) else {
                throw GitError(code: .notFound, category: .objects, call: "git_odb_exists", message: "not found")
            }
            return true
        }
        return found == true
    }

    /// The content of an ordinary file at a commit; nil if there is none of that name.
    ///
    /// Symbolic links and directories are refused, and so are files over the limit.
    package func file(_ path: String, at commit: ObjectID, byteLimit: Int) throws(StageFailure) -> [UInt8]? {
        let entry = try reading(commit) { repository throws(GitError) in
            try repository.entry(at: path, inCommit: commit.hex)
        }
        guard let entry else { return nil }
        guard entry.mode & 0o170000 == 0o100000 else {
            throw WatcherFailures.file(path, at: commit, "is no ordinary file")
        }
        let size = try reading(commit) { repository throws(GitError) in try repository.blobSize(entry.object) }
        guard size <= byteLimit else {
            throw WatcherFailures.file(path, at: commit, "has \(size) bytes, more than \(byteLimit)")
        }
        return try reading(commit) { repository throws(GitError) in try repository.blob(entry.object).bytes }
    }

    /// The tree of a commit.
    package func tree(of commit: ObjectID) throws(StageFailure) -> ObjectID {
        let tree = try reading(commit) { repository throws(GitError) in try repository.treeID(ofCommit: commit.hex) }
        guard let tree = ObjectID(tree) else { preconditionFailure("libgit2 gave a malformed object name") }
        return tree
    }

    /// Whether `ancestor` is `descendant` or comes before it in its history.
    package func isAncestor(_ ancestor: ObjectID, of descendant: ObjectID) throws(StageFailure) -> Bool {
        try reading(descendant) { repository throws(GitError) in
            try repository.isAncestor(ancestor.hex, of: descendant.hex)
        }
    }

    /// What people want to know of a commit, safe to print: the first line of its message, and who wrote it.
    package func summary(of commit: ObjectID) throws(StageFailure) -> (subject: String, author: String) {
        let summary = try reading(commit) { repository throws(GitError) in try repository.commitSummary(commit.hex) }
        return (printable(summary.subject), printable(summary.author))
    }

    /// Closes the repository until it is read again: open, it takes some 40 KiB.
    package func rest() { repository = nil }

    /// Deletes the mirror, because it is damaged: the next fetch makes a new one.
    package func discard() {
        repository = nil
        MirrorFiles.clean(after: path)
        MirrorFiles.remove(path)
    }

    /// Reads from the repository that is open. What is not found is looked for once more in one that is
    /// opened anew: a child may have put another mirror in its place.
    private func reading<Value>(
        _ object: ObjectID, _ body: (borrowing Repository) throws(GitError) -> Value
    ) throws(StageFailure) -> Value {
        do throws(GitError) {
            if repository != nil, let value = try? read(body) { return value }
            return try read(body)
        } catch {
            throw WatcherFailures.mirror(error, object, path: path)
        }
    }

    private func read<Value>(
        _ body: (borrowing Repository) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        let open = if let open = repository.take() { open } else { try Repository(openingBare: path) }
        let value = try body(open)
        repository = consume open
        return value
    }
}
