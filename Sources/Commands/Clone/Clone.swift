import Glibc

/// A clone of a repository on this machine, read without Git: what it is of, and what its refs name.
struct Clone: Sendable {
    /// The directory that `.git` is in.
    let root: String
    /// Where HEAD is: `.git`, or a worktree's own directory below it.
    let gitDirectory: String
    /// Where configuration and refs are; the same but for a worktree.
    let commonDirectory: String

    /// The clone around a directory; nil: there is none.
    init?(around directory: String) {
        var parts = directory.split(separator: "/").map(String.init)
        while true {
            let root = "/" + parts.joined(separator: "/")
            let path = root == "/" ? "/.git" : root + "/.git"
            if let found = Self.gitDirectory(at: path, in: root) {
                self.root = root
                gitDirectory = found
                commonDirectory = Self.commonDirectory(of: found)
                return
            }
            if parts.isEmpty { return nil }
            parts.removeLast()
        }
    }

    /// `.git` itself, or what the file `.git` of a worktree or submodule names: gitrepository-layout(5).
    private static func gitDirectory(at path: String, in root: String) -> String? {
        if access(path + "/HEAD", F_OK) == 0 { return path }
        guard let text = SmallText.read(path), text.hasPrefix("gitdir:") else { return nil }
        let named = SmallText.line(String(text.dropFirst("gitdir:".count)))
        return named.isEmpty ? nil : join(root, named)
    }

    private static func commonDirectory(of gitDirectory: String) -> String {
        guard let text = SmallText.read(gitDirectory + "/commondir") else { return gitDirectory }
        return join(gitDirectory, SmallText.line(text))
    }

    private static func join(_ directory: String, _ path: String) -> String {
        path.hasPrefix("/") ? path : directory + "/" + path
    }

    /// The addresses of its remotes, in the order of its configuration.
    var remotes: [String] {
        GitConfiguration.remotes(in: SmallText.read(commonDirectory + "/config") ?? "")
    }
}

/// Text files that are read whole because they are small.
enum SmallText {
    /// No file that is read here is longer in an honest repository.
    private static let byteLimit = 8 << 20

    /// The text of a regular file; nil: there is none, or none that can be read.
    static func read(_ path: String) -> String? { bytes(of: path).map { String(decoding: $0, as: UTF8.self) } }

    /// The bytes of a regular file; nil: there is none, or none that can be read.
    static func bytes(of path: String) -> [UInt8]? {
        // O_NONBLOCK: a named pipe in place of the file must not hold us up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= byteLimit else {
            return nil
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= byteLimit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return count == 0 ? bytes : nil }
            bytes += buffer[..<count]
        }
        return nil
    }

    /// The first line, without the white space around it.
    static func line(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first ?? ""
        return String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// The names in a directory, without `.` and `..`.
    static func names(in directory: String) -> [String] {
        guard let handle = opendir(directory) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
