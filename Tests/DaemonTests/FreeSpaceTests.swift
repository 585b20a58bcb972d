import Testing

@testable import Daemon

struct FreeSpaceTests {
    @Test(arguments: [
        (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (900 << 20, "900 MiB"), (1536 << 20, "1.5 GiB"),
        (19_968 << 20, "19 GiB"), (3 << 40, "3.0 TiB"), (.max, "16777215 TiB"),
    ])
    func sizesAreInTheUnitThatFits(_ bytes: UInt64, _ text: String) {
        #expect(FreeSpace.text(bytes) == text)
    }

    @Test func aSmallDiskIsNotZero() {
        #expect("\(FreeSpace(freeBytes: 300 << 20, totalBytes: 900 << 20))" == "300 MiB free of 900 MiB")
    }

    @Test func whereThereIsNoFileSystemTheProblemSaysSo() {
        #expect(FreeSpace.problem(at: "/nonexistent/anywhere")?.contains("No such file") == true)
        #expect(FreeSpace.problem(at: "/proc") != nil, "nothing can be written there")
    }
}
