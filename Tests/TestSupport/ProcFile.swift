import Glibc

/// The files of proc(5). Foundation takes the first short read of one for its end.
package enum ProcFile {
    /// Everything in the file; empty when it cannot be read.
    package static func bytes(at path: String) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return result }
            result += buffer[..<count]
        }
    }

    /// The memory of this machine in bytes; nil where proc(5) does not say.
    package static var memoryTotal: Int? {
        let lines = String(decoding: bytes(at: "/proc/meminfo"), as: UTF8.self).split(separator: "\n")
        let words = lines.first { $0.hasPrefix("MemTotal:") }?.split(separator: " ") ?? []
        return words.count > 1 ? Int(words[1]).map { $0 << 10 } : nil
    }

    /// The arguments of every process, each list as one text with a zero behind each argument.
    package static func commandLines() -> [String] {
        guard let listing = opendir("/proc") else { return [] }
        defer { closedir(listing) }
        var result: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if pid_t(name) != nil { result.append(String(decoding: bytes(at: "/proc/\(name)/cmdline"), as: UTF8.self)) }
        }
        return result
    }
}
