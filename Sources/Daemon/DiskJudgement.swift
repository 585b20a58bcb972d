/// Whether there is room to build on a disk: pure, with hysteresis, so that builds do not stutter at the line.
package struct DiskJudgement: Sendable, Hashable {
    /// How much must be free for builds to begin; nil: what suits the disk's size.
    package let reserve: UInt64?
    /// Whether builds are refused.
    package private(set) var isLow = false

    /// A disk that nothing is known of.
    package init(reserve: UInt64?) { self.reserve = reserve }

    /// The bytes that builds leave free on a disk of that size.
    ///
    /// A tenth, or 2 GiB where that is more, but never over a quarter: a small disk is there to be used.
    package static func reserve(ofTotal total: UInt64) -> UInt64 { max(total / 10, min(2 << 30, total / 4)) }

    /// The bytes that builds leave free there.
    package func reserve(of space: FreeSpace) -> UInt64 { reserve ?? Self.reserve(ofTotal: space.totalBytes) }

    /// Takes in what is free now; true when that changes whether builds are refused.
    @discardableResult
    package mutating func take(_ space: FreeSpace) -> Bool {
        let reserve = reserve(of: space)
        let (bytes, files) = isLow ? (reserve + reserve / 8, Self.files.resume) : (reserve, Self.files.refuse)
        let wasLow = isLow
        isLow = space.freeBytes < bytes || space.hasFewFiles(percent: files)
        return isLow != wasLow
    }

    /// How many of a hundred inodes must be free: to go on building, and to begin again.
    private static let files = (refuse: UInt64(5), resume: UInt64(6))

    /// Whether so little is left that running builds must give way to everything else that writes to the disk.
    package func isUrgent(_ space: FreeSpace) -> Bool {
        space.freeBytes < reserve(of: space) / 8 || space.hasFewFiles(percent: 1)
    }

    /// Why no build begins there; nil while builds may.
    package func blocker(_ space: FreeSpace, at path: String) -> String? {
        guard isLow else { return nil }
        if space.freeBytes < reserve(of: space) + reserve(of: space) / 8 {
            return "the disk at \(path) is low: \(space), and builds leave \(FreeSpace.text(reserve(of: space))) free"
        }
        return "the disk at \(path) is low: \(space.freeFiles) of \(space.totalFiles) inodes are free"
    }
}

extension FreeSpace {
    /// Whether fewer than so many of a hundred inodes are free. File systems that make inodes as they go count none.
    func hasFewFiles(percent: UInt64) -> Bool { totalFiles > 0 && freeFiles < totalFiles / 100 * percent }

    /// Whether nothing can be written any more, not even what frees room: SQLite deletes by writing.
    package var isExhausted: Bool { freeBytes < 512 << 10 || (totalFiles > 0 && freeFiles < 4) }
}
