import Testing

@testable import Daemon

@Suite struct DiskJudgementTests {
    private func space(_ free: UInt64, of total: UInt64, files: UInt64 = 0, ofFiles: UInt64 = 0) -> FreeSpace {
        FreeSpace(freeBytes: free, totalBytes: total, freeFiles: files, totalFiles: ofFiles)
    }

    private static let gigabyte: UInt64 = 1 << 30

    /// The size of a disk, and what builds leave free on it; in GiB.
    private static let sizes: [(total: UInt64, reserve: UInt64)] = [
        (1000, 100), (100, 10), (10, 2), (8, 2), (4, 1), (0, 0),
    ]

    @Test(arguments: sizes)
    func leavesWhatSuitsTheDisk(total: UInt64, reserve: UInt64) {
        #expect(DiskJudgement.reserve(ofTotal: total * Self.gigabyte) == reserve * Self.gigabyte)
        #expect(DiskJudgement.reserve(ofTotal: 64 << 20) == 16 << 20)
    }

    @Test func refusesBelowTheReserveAndBeginsAgainAboveIt() {
        var judgement = DiskJudgement(reserve: nil)
        let total: UInt64 = 64 << 20
        let atReserve = judgement.take(space(16 << 20, of: total))
        #expect(!atReserve)
        #expect(!judgement.isLow)
        judgement.take(space(16 << 20 - 1, of: total))
        #expect(judgement.isLow)
        // At the line nothing stutters.
        judgement.take(space(17 << 20, of: total))
        #expect(judgement.isLow)
        let changes = judgement.take(space(18 << 20, of: total))
        #expect(changes && !judgement.isLow)
        #expect(judgement.blocker(space(18 << 20, of: total), at: "/var") == nil)
    }

    @Test func saysWhatIsMissingInUnitsThatFit() {
        var judgement = DiskJudgement(reserve: nil)
        judgement.take(space(900 << 10, of: 64 << 20))
        #expect(
            judgement.blocker(space(900 << 10, of: 64 << 20), at: "/state")
                == "the disk at /state is low: 900 KiB free of 64 MiB, and builds leave 16 MiB free")
        judgement.take(space(60 << 20, of: 64 << 20, files: 10, ofFiles: 1000))
        #expect(
            judgement.blocker(space(60 << 20, of: 64 << 20, files: 10, ofFiles: 1000), at: "/state")
                == "the disk at /state is low: 10 of 1000 inodes are free")
    }

    @Test func inodesCountWhereThereAreAny() {
        var judgement = DiskJudgement(reserve: 1)
        judgement.take(space(1 << 40, of: 1 << 40, files: 0, ofFiles: 0))
        #expect(!judgement.isLow)
        judgement.take(space(1 << 40, of: 1 << 40, files: 49, ofFiles: 1000))
        #expect(judgement.isLow)
        judgement.take(space(1 << 40, of: 1 << 40, files: 55, ofFiles: 1000))
        #expect(judgement.isLow)
        judgement.take(space(1 << 40, of: 1 << 40, files: 60, ofFiles: 1000))
        #expect(!judgement.isLow)
    }

    @Test func whatIsConfiguredCounts() {
        var judgement = DiskJudgement(reserve: 5 << 30)
        judgement.take(space(4 << 30, of: 1 << 40))
        #expect(judgement.isLow)
    }

    @Test func runningBuildsGiveWayOnlyWhenLittleIsLeft() {
        let judgement = DiskJudgement(reserve: 8 << 30)
        #expect(!judgement.isUrgent(space(1 << 30, of: 1 << 40)))
        #expect(judgement.isUrgent(space(1 << 30 - 1, of: 1 << 40)))
        #expect(space(0, of: 1 << 40).isExhausted && !space(1 << 20, of: 1 << 40).isExhausted)
    }
}
