import Archive
import Testing

@Suite struct TarWriterTests {
    @Test func writesFilesLinksAndDirectories() throws {
        var writer = try TarWriter()
        try writer.header(path: Array("bin".utf8), kind: .directory)
        try writer.header(path: Array("bin/run".utf8), kind: .file(size: 5, isExecutable: true))
        try writer.data(Array("hello".utf8)[...])
        try writer.header(path: Array("go".utf8), kind: .symlink(target: Array("bin/run".utf8)))
        try writer.header(path: Array("note".utf8), kind: .file(size: 0, isExecutable: false))
        try writer.finish()
        let entries = TarEntry.read(writer.take())
        #expect(
            entries == [
                TarEntry(path: "bin/", type: "5", mode: 0o755, target: "", data: ""),
                TarEntry(path: "bin/run", type: "0", mode: 0o755, target: "", data: "hello"),
                TarEntry(path: "go", type: "2", mode: 0o777, target: "bin/run", data: ""),
                TarEntry(path: "note", type: "0", mode: 0o644, target: "", data: ""),
            ])
    }

    @Test func sameEntriesGiveTheSameBytes() throws {
        func archive() throws -> [UInt8] {
            var writer = try TarWriter()
            try writer.header(path: Array("a".utf8), kind: .file(size: 1, isExecutable: false))
            try writer.data([7])
            try writer.finish()
            return writer.take()
        }
        #expect(try archive() == archive())
    }

    @Test func handsBytesOverAsTheyCome() throws {
        var writer = try TarWriter()
        try writer.header(path: Array("a".utf8), kind: .file(size: 1 << 20, isExecutable: false))
        #expect(writer.take().count >= 512)
        #expect(writer.take().isEmpty)
        for _ in 0..<16 {
            try writer.data([UInt8](repeating: 1, count: 1 << 16)[...])
            #expect(writer.take().count == 1 << 16)
        }
        try writer.finish()
        #expect(writer.take().count >= 1024)
    }

    @Test(arguments: [
        String(repeating: "d/", count: 150) + "deep", String(repeating: "x", count: 255), "f\u{fc}r/\u{1F600}.txt",
        "tab\there", "quote'\"$(x)",
    ])
    func keepsLongAndForeignNames(path: String) throws {
        var writer = try TarWriter()
        try writer.header(path: Array(path.utf8), kind: .file(size: 0, isExecutable: false))
        try writer.finish()
        #expect(TarEntry.read(writer.take()).map(\.path) == [path])
    }

    @Test func keepsBytesThatAreNotUTF8() throws {
        var writer = try TarWriter()
        try writer.header(path: [0x66, 0xff, 0xfe], kind: .file(size: 0, isExecutable: false))
        try writer.finish()
        let bytes = writer.take()
        #expect(bytes.indices.contains { bytes[$0...].starts(with: [0x66, 0xff, 0xfe]) })
    }

    @Test func keepsLongLinkTargets() throws {
        let target = String(repeating: "../", count: 60) + "x"
        var writer = try TarWriter()
        try writer.header(path: Array("l".utf8), kind: .symlink(target: Array(target.utf8)))
        try writer.finish()
        #expect(TarEntry.read(writer.take()).map(\.target) == [target])
    }

    @Test(arguments: ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a\0b"])
    func refusesPathsThatLeaveTheArchive(path: String) throws {
        var writer = try TarWriter()
        var refusal: ArchiveError?
        do throws(ArchiveError) {
            try writer.header(path: Array(path.utf8), kind: .directory)
        } catch {
            refusal = error
        }
        #expect(refusal?.code == .unsafePath)
    }

    @Test func refusesDataThatIsTooLongOrTooShort() throws {
        var writer = try TarWriter()
        try writer.header(path: Array("a".utf8), kind: .file(size: 2, isExecutable: false))
        var codes: [ArchiveError.Code] = []
        do throws(ArchiveError) { try writer.data([1, 2, 3]) } catch { codes.append(error.code) }
        do throws(ArchiveError) { try writer.finish() } catch { codes.append(error.code) }
        #expect(codes == [.wrongSize, .wrongSize])
    }

    @Test func dropsAThousandUnfinishedArchives() throws {
        for index in 0..<1000 {
            var writer = try TarWriter()
            try writer.header(path: Array("a".utf8), kind: .file(size: index, isExecutable: false))
        }
    }
}
