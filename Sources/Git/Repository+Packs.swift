import CLibgit2
import Glibc

extension Repository {
    /// How many packs hold the objects.
    package var packCount: Int { packFiles().count(where: { $0.hasSuffix(".pack") }) }

    /// Writes every object into one new pack and removes the old ones. Nothing is lost, reachable or not.
    ///
    /// Others may read the repository meanwhile: an object they miss makes them look for new packs.
    package func repack() throws(GitError) {
        let old = packFiles()
        let builder: OpaquePointer = try make("git_packbuilder_new") { git_packbuilder_new($0, handle) }
        defer { git_packbuilder_free(builder) }
        try withObjects { objects throws(GitError) in
            _ = try check(
                "git_odb_foreach", git_odb_foreach(objects, insertIntoPack, UnsafeMutableRawPointer(builder)))
        }
        try check("git_packbuilder_write", git_packbuilder_write(builder, nil, 0, nil, nil))
        guard let name = git_packbuilder_name(builder) else {
            throw GitError(
                code: .generic, category: .none, call: "git_packbuilder_name", message: "the pack has no name")
        }
        let new = "pack-" + String(cString: name)
        // The index goes first: a pack without one is never looked at.
        for suffix in [".idx", ".pack"] {
            for file in old where file.hasSuffix(suffix) && !file.hasPrefix(new) { unlink(packDirectory + file) }
        }
    }

    /// Removes what an interrupted fetch has left beside the packs. No fetch may be under way.
    package func removeUnfinishedPacks() {
        for file in packFiles() where !file.hasPrefix("pack-") { unlink(packDirectory + file) }
    }

    private var packDirectory: String {
        (git_repository_path(handle).map { String(cString: $0) } ?? "") + "objects/pack/"
    }

    private func packFiles() -> [String] {
        guard let directory = opendir(packDirectory) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
