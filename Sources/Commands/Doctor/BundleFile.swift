import Archive
import Glibc

/// A support archive on disk: gzip of a tar, for its owner's eyes only, every entry of bounded size.
enum BundleFile {
    /// One file in it.
    struct Entry: Sendable {
        /// Its path in the archive.
        let path: String
        /// What it says.
        let text: String

        init(_ path: String, _ text: String) {
            self.path = path
            self.text = text
        }
    }

    /// How long an entry may be; of longer ones the end is kept, where the news is.
    static let entryLimit = 1 << 20
    /// The directory that everything is in.
    static let root = "slipway-support"

    /// The archive's bytes.
    static func bytes(of entries: [Entry]) throws(ArchiveError) -> [UInt8] {
        var writer = try TarWriter(isCompressed: true)
        try writer.header(path: Array(root.utf8), kind: .directory)
        for entry in entries {
            let bytes = bounded(Array(entry.text.utf8))
            try writer.header(
                path: Array("\(root)/\(entry.path)".utf8), kind: .file(size: bytes.count, isExecutable: false))
            try writer.data(bytes[...])
        }
        try writer.finish()
        return writer.take()
    }

    /// At most the last ``entryLimit`` bytes, with a first line that says so.
    static func bounded(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > entryLimit else { return bytes }
        let head = Array("(the first \(bytes.count - entryLimit) bytes are left out)\n".utf8)
        return head + bytes.suffix(entryLimit)
    }

    /// Writes a new file that only its owner can read; an existing one is not touched.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandProblem) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let isThere = errno == EEXIST
            throw .failed(
                "\(clean(path)) cannot be written: \(String(cString: strerror(errno)))",
                hint: isThere ? "name a file that does not exist yet" : "name a file in a directory you may write to")
        }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                let reason = String(cString: strerror(errno))
                unlink(path)
                throw .failed("\(clean(path)) cannot be written: \(reason)", hint: "free some space")
            }
        }
    }
}
