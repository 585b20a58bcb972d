import Glibc
import Lifecycle
import Model

/// The directory of the builds' output, a file per build key: keeps those of the newest builds.
struct BuildLogShelf: Sendable {
    /// The directory.
    let directory: String

    /// Of how many builds of each project the output is kept.
    static let buildsPerProject = 20
    /// A file that was written lately may be of a build that is not in the records yet, in seconds.
    private static let recent: time_t = 3600

    /// Removes what belongs to none of the builds, and returns how many files that were. Blocks.
    @discardableResult
    func keepOnly(_ keys: Set<Digest>) -> Int {
        guard let listing = opendir(directory) else { return 0 }
        defer { closedir(listing) }
        var surplus: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let key = Self.key(of: name), !keys.contains(key) { surplus.append("\(directory)/\(name)") }
        }
        // A clock that jumped makes files look old or new: at worst one stays longer, or a log is missed.
        return surplus.count { !isRecent($0) && unlink($0) == 0 }
    }

    /// The key of the build whose output has that name; nil: it is none.
    static func key(of name: String) -> Digest? { name.hasSuffix(".log") ? Digest(String(name.dropLast(4))) : nil }

    private func isRecent(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return true }
        return abs(time(nil) - status.st_mtim.tv_sec) < Self.recent
    }
}
