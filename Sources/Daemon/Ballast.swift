import Glibc

/// Room that is set aside in the state directory: given up when the disk is full, so that deleting can be written down.
struct Ballast: Sendable {
    /// The file.
    let path: String

    /// How much is set aside at most.
    private static let most: UInt64 = 8 << 20

    init(in directory: String) { path = directory + "/ballast" }

    /// Whether it is there.
    var isThere: Bool { access(path, F_OK) == 0 }

    /// Sets the room aside, unless it is already; false when that cannot be done. Blocks.
    @discardableResult
    func takeRoom(of space: FreeSpace) -> Bool {
        let bytes = min(Self.most, space.totalBytes / 32)
        var status = stat()
        if stat(path, &status) == 0, UInt64(status.st_blocks) * 512 >= bytes { return true }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Never a hole: posix_fallocate(3) fails where a sparse file would only fail to help later.
        guard posix_fallocate(descriptor, 0, off_t(bytes)) == 0 else {
            unlink(path)
            return false
        }
        return true
    }

    /// Gives the room up; false when there was none. Blocks.
    @discardableResult
    func giveUp() -> Bool { unlink(path) == 0 }

    /// Gives the room up where the disk has none left, before anything is opened that must write.
    func giveUpIfNeeded() {
        guard let space = FreeSpace(at: path.hasSuffix("/ballast") ? String(path.dropLast(8)) : path),
            space.isExhausted
        else { return }
        giveUp()
    }
}
