import Glibc
import Model

/// The directories of mirrors, as files.
enum MirrorFiles {
    /// Where a mirror is built before it takes its place.
    static func incoming(_ mirror: String) -> String { mirror + ".incoming" }

    /// Whether there is a mirror.
    static func exists(_ mirror: String) -> Bool { access(mirror + "/HEAD", F_OK) == 0 }

    /// Puts a mirror that was built aside in its place. Readers of an old one keep what they have open.
    static func install(_ mirror: String) throws(StageFailure) {
        let old = mirror + ".old"
        remove(old)
        if rename(mirror, old) != 0, errno != ENOENT { throw WatcherFailures.files("rename", mirror, errno) }
        if rename(incoming(mirror), mirror) != 0 { throw WatcherFailures.files("rename", mirror, errno) }
        remove(old)
    }

    /// Removes what a fetch that was killed has left: nothing that a later one could trip over.
    ///
    /// Only while no fetch into the mirror is under way.
    static func clean(after mirror: String) {
        remove(incoming(mirror))
        remove(mirror + ".old")
        let packs = mirror + "/objects/pack"
        for name in names(in: packs) where !name.hasPrefix("pack-") { unlink("\(packs)/\(name)") }
        for directory in [mirror, mirror + "/refs/slipway"] {
            for name in names(in: directory) where name.hasSuffix(".lock") { unlink("\(directory)/\(name)") }
        }
    }

    /// Removes a file or directory with all it holds; symbolic links are removed, not followed.
    static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
