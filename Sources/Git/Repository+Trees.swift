import CLibgit2

/// One entry of a tree.
package struct TreeEntry: Sendable, Hashable {
    /// The path from the root of the tree that was asked about.
    package let path: [UInt8]
    /// What it is: 0o100644, 0o100755, 0o120000 (symbolic link), 0o160000 (submodule), 0o040000 (tree).
    package let mode: UInt32
    /// The object, as 40 hexadecimal digits.
    package let object: String

    /// An entry as given.
    package init(path: [UInt8], mode: UInt32, object: String) {
        self.path = path
        self.mode = mode
        self.object = object
    }
}

extension Repository {
    /// How many entries a listing may have, and how deep it may go: a tree can be built to name itself over and over.
    package static var treeLimits: (entries: Int, depth: Int) { (1_000_000, 256) }

    /// The entry at a path in a commit's tree; nil if there is none.
    package func entry(at path: String, inCommit commit: String) throws(GitError) -> TreeEntry? {
        try withTree(treeID(ofCommit: commit)) { tree throws(GitError) in try entry(at: path, in: tree) }
    }

    /// All that is not a tree, below a tree or a path in it, sorted by the bytes of their paths.
    ///
    /// Paths begin at the root of `tree`, also below a path. Throws `.notFound` when the path names no tree.
    package func entries(ofTree tree: String, under path: String? = nil) throws(GitError) -> [TreeEntry] {
        var found: [TreeEntry] = []
        guard let path else {
            try gather(tree, prefix: [], depth: 0, into: &found)
            return sorted(found)
        }
        let start = try withTree(tree) { tree throws(GitError) in try entry(at: path, in: tree) }
        guard let start, start.mode == GIT_FILEMODE_TREE.rawValue else {
            throw GitError(
                code: .notFound, category: .objects, call: "git_tree_entry_bypath", message: "no directory: \(path)")
        }
        try gather(start.object, prefix: start.path + [UInt8(ascii: "/")], depth: 0, into: &found)
        return sorted(found)
    }

    // Git's own order is this one, but nothing forces a hostile tree to keep it.
    private func sorted(_ entries: [TreeEntry]) -> [TreeEntry] {
        entries.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    private func entry(at path: String, in tree: OpaquePointer) throws(GitError) -> TreeEntry? {
        var entry: OpaquePointer?
        let code = git_tree_entry_bypath(&entry, tree, path)
        if code == GIT_ENOTFOUND.rawValue {
            git_error_clear()
            return nil
        }
        try check("git_tree_entry_bypath", code)
        guard let entry else { return nil }
        defer { git_tree_entry_free(entry) }
        return TreeEntry(
            path: Array(path.utf8), mode: git_tree_entry_filemode_raw(entry).rawValue,
            object: Identifier.hex(git_tree_entry_id(entry)))
    }

    private func gather(
        _ tree: String, prefix: [UInt8], depth: Int, into found: inout [TreeEntry]
    ) throws(GitError) {
        guard depth < Self.treeLimits.depth else { throw .tooLarge("is more than \(Self.treeLimits.depth) deep") }
        var subtrees: [(object: String, prefix: [UInt8])] = []
        try withTree(tree) { tree throws(GitError) in
            for index in 0..<git_tree_entrycount(tree) {
                guard let entry = git_tree_entry_byindex(tree, index), let name = git_tree_entry_name(entry),
                    let id = git_tree_entry_id(entry)
                else { continue }
                let path = prefix + bytes(of: name)
                let mode = git_tree_entry_filemode_raw(entry).rawValue
                if mode == GIT_FILEMODE_TREE.rawValue {
                    subtrees.append((Identifier.hex(id), path + [UInt8(ascii: "/")]))
                } else {
                    found.append(TreeEntry(path: path, mode: mode, object: Identifier.hex(id)))
                }
            }
        }
        guard found.count + subtrees.count <= Self.treeLimits.entries else {
            throw .tooLarge("has more than \(Self.treeLimits.entries) entries")
        }
        for subtree in subtrees {
            try gather(subtree.object, prefix: subtree.prefix, depth: depth + 1, into: &found)
        }
    }

    private func withTree<Value>(
        _ tree: String, _ body: (OpaquePointer) throws(GitError) -> Value
    ) throws(GitError) -> Value {
        var id = try Identifier.parse(tree)
        let found: OpaquePointer = try make("git_tree_lookup") { git_tree_lookup($0, handle, &id) }
        defer { git_tree_free(found) }
        return try body(found)
    }
}

extension GitError {
    /// A tree that no one needs.
    static func tooLarge(_ how: String) -> Self {
        Self(code: .refusedByUs, category: .objects, call: "git_tree_lookup", message: "the tree \(how)")
    }
}
