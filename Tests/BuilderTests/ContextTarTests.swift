import Model
import Testing

@testable import Builder

@Suite struct ContextTarTests {
    private let sample: Sample

    init() throws { sample = try Sample() }

    private func pieces(
        _ files: [String: Sample.File], _ definition: BuildDefinition = .init()
    ) throws -> [[UInt8]] {
        let commit = try sample.commit(files)
        var reader = try ContextReader(mirror: sample.mirror, commit: commit)
        let context = try reader.context(of: definition)
        let tar = ContextTar(mirror: sample.mirror, commit: commit, context: context)
        var pieces: [[UInt8]] = []
        while let piece = try tar.pull() { pieces.append(piece) }
        #expect(try tar.pull() == nil)
        return pieces
    }

    @Test func packsFilesLinksAndEachDirectoryOnce() throws {
        let bytes = try pieces([
            "Dockerfile": .text("FROM scratch"), "a-b": .text("1"), "a/b/run": .program("go"), "a/b/z": .text("2"),
            "a/c/l": .link("../b/run"), "a/c.txt": .text("3"), "f\u{fc}r/x": .text("4"), "empty": .text(""),
        ]).joined()
        let entries = TarListing.read(Array(bytes))
        #expect(
            entries == [
                "Dockerfile 644 FROM scratch", "a-b 644 1", "a/ 755", "a/b/ 755", "a/b/run 755 go", "a/b/z 644 2",
                "a/c.txt 644 3", "a/c/ 755", "a/c/l -> ../b/run", "empty 644", "f\u{fc}r/ 755", "f\u{fc}r/x 644 4",
            ])
    }

    @Test func handsOverSmallPiecesOfALargeBlob() throws {
        let pieces = try pieces(["Dockerfile": .text(""), "big": .bytes([UInt8](repeating: 7, count: 3 << 20))])
        #expect(pieces.map(\.count).reduce(0, +) > 3 << 20)
        #expect(pieces.allSatisfy { $0.count <= 130 << 10 })
    }
}
