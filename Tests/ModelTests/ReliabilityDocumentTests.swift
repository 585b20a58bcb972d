import FoundationEssentials
import Testing

/// docs/RELIABILITY.md names tests, and each of them exists.
struct ReliabilityDocumentTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    @Test func everyNamedTestExists() throws {
        let data = try #require(FileManager.default.contents(atPath: Self.root + "/docs/RELIABILITY.md"))
        let document = String(decoding: data, as: UTF8.self)
        var sources = ""
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.root + "/Tests")
        where path.hasSuffix(".swift") {
            let file = try #require(FileManager.default.contents(atPath: "\(Self.root)/Tests/\(path)"))
            sources += String(decoding: file, as: UTF8.self)
        }
        // Names stand in the second column, between backquotes: `Suite` or `Suite.test`.
        var count = 0
        for line in document.split(separator: "\n") where line.hasPrefix("| ") && line.contains("Tests") {
            let cells = line.split(separator: "|")
            guard cells.count >= 2 else { continue }
            for (index, piece) in cells[1].split(separator: "`", omittingEmptySubsequences: false).enumerated()
            where index % 2 == 1 {
                let names = piece.split { $0 == "." || $0 == "/" }
                let suite = try #require(names.first)
                count += 1
                #expect(
                    sources.contains("struct \(suite) ") || sources.contains("extension \(suite) "), "no suite \(suite)"
                )
                if names.count > 1 { #expect(sources.contains("func \(names[1])("), "no test \(names[1]) (\(suite))") }
            }
        }
        #expect(count > 20, "the table of promises has been read")
    }
}
