import Glibc
import TestSupport
import Testing

@testable import Daemon

@Suite struct BallastTests {
    @Test func setsRealRoomAsideAndGivesItUp() throws {
        let directory = try TemporaryDirectory()
        let ballast = Ballast(in: directory.path)
        let space = FreeSpace(freeBytes: 1 << 40, totalBytes: 1 << 40)
        #expect(ballast.takeRoom(of: space))
        var status = stat()
        #expect(stat(ballast.path, &status) == 0)
        #expect(status.st_blocks * 512 >= 8 << 20)
        #expect(ballast.takeRoom(of: space))
        #expect(ballast.giveUp())
        #expect(!ballast.isThere)
        #expect(!ballast.giveUp())
    }

    @Test func smallDisksSetLittleAside() throws {
        let directory = try TemporaryDirectory()
        let ballast = Ballast(in: directory.path)
        #expect(ballast.takeRoom(of: FreeSpace(freeBytes: 32 << 20, totalBytes: 32 << 20)))
        var status = stat()
        #expect(stat(ballast.path, &status) == 0)
        #expect(status.st_size == 1 << 20)
    }
}
