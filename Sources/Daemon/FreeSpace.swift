import Glibc
import Model

/// The room that is left on a file system, as a person is told it.
package struct FreeSpace: Sendable, Hashable {
    /// What an unprivileged process may still write.
    package let freeBytes: UInt64
    /// All there is.
    package let totalBytes: UInt64
    /// How many files may still be made.
    package let freeFiles: UInt64
    /// How many files there may be; zero where the file system does not count them.
    package let totalFiles: UInt64

    /// A space as given.
    package init(freeBytes: UInt64, totalBytes: UInt64, freeFiles: UInt64 = 0, totalFiles: UInt64 = 0) {
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.freeFiles = freeFiles
        self.totalFiles = totalFiles
    }

    /// What statvfs(3) says of the file system below a path; nil when it says nothing.
    package init?(at path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        freeBytes = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        totalBytes = UInt64(status.f_blocks) * UInt64(status.f_frsize)
        freeFiles = UInt64(status.f_favail)
        totalFiles = UInt64(status.f_files)
    }

    /// Below this nothing that must be kept can be written for long: a write-ahead log of its largest size.
    package static let leastBytes: UInt64 = 64 << 20

    /// What is wrong with the room at a path; nil when there is enough to work on.
    static func problem(at path: String) -> String? {
        guard let space = FreeSpace(at: path) else {
            return "the room at \(path) cannot be told: \(String(cString: strerror(errno)))"
        }
        guard space.freeBytes < leastBytes else { return nil }
        return "the disk is full: \(space) at \(path)"
    }
}

extension FreeSpace: CustomStringConvertible {
    /// `3.4 GiB free of 19.5 GiB`, in the unit that fits each: a small disk is not `0 GiB`.
    package var description: String { "\(Self.text(freeBytes)) free of \(Self.text(totalBytes))" }

    /// A size in the largest unit of which there is one, with a decimal below ten.
    package static func text(_ bytes: UInt64) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var (unit, size) = (0, bytes)
        var tenths: UInt64 = 0
        while size >= 1024, unit < units.count - 1 {
            tenths = size % 1024 * 10 / 1024
            size /= 1024
            unit += 1
        }
        return unit > 0 && size < 10 ? "\(size).\(tenths) \(units[unit])" : "\(size) \(units[unit])"
    }
}
