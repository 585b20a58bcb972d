import Glibc
import Testing

/// A file system of memory, small enough to be filled, where a directory was. Needs root.
final class SmallDisk {
    let path: String
    private var filler: String { path + "/filler" }

    /// Whether this process may make one.
    static var isPossible: Bool { geteuid() == 0 }

    /// Mounts it; unmounted when this value goes.
    init(at path: String, mebibytes: Int, inodes: Int) throws {
        self.path = path
        mkdir(path, 0o700)
        let options = "size=\(mebibytes)m,nr_inodes=\(inodes),mode=0700"
        try #require(
            mount("tmpfs", path, "tmpfs", 0, options) == 0,
            "tmpfs cannot be mounted: \(String(cString: strerror(errno)))")
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    /// The bytes that are free.
    var free: Int {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? Int(status.f_bavail * status.f_frsize) : 0
    }

    /// Fills it until no more than this is free.
    func fill(leaving bytes: Int) {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        var status = stat()
        fstat(descriptor, &status)
        let wanted = Int(status.st_size) + free - bytes
        if wanted > status.st_size {
            posix_fallocate(descriptor, 0, off_t(wanted))
        } else {
            ftruncate(descriptor, off_t(max(0, wanted)))
        }
    }

    /// Removes what filled it.
    func empty() { unlink(filler) }

    /// Makes empty files until so few inodes are free; returns how many.
    func makeFiles(leaving inodes: Int) -> Int {
        var status = statvfs()
        statvfs(path, &status)
        let count = max(0, Int(status.f_ffree) - inodes)
        mkdir(path + "/files", 0o700)
        for number in 0..<count { close(open("\(path)/files/\(number)", O_WRONLY | O_CREAT, 0o600)) }
        return count
    }

    /// Removes them again.
    func removeFiles(_ count: Int) {
        for number in 0..<count { unlink("\(path)/files/\(number)") }
        rmdir(path + "/files")
    }
}
