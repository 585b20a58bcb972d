import FoundationEssentials
import Testing

/// docs/RELIABILITY.md and docs/SECURITY.md name tests, and each of them exists.
struct ReliabilityDocumentTests {
    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    @Test(arguments: ["RELIABILITY.md", "SECURITY.md"]) func everyNamedTestExists(_ name: String) throws {
        let data = try #require(FileManager.default.contents(atPath: "\(Self.root)/docs/\(name)"))
        let document = String(decoding: data, as: UTF8.self)
        var sources = ""
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.root + "/Tests")
        where path.hasSuffix(".swift") {
            let file = try #require(FileManager.default.contents(atPath: "\(Self.root)/Tests/\(path)"))
            sources += String(decoding: file, as: UTF8.self)
        }
        // Names stand in the second or third column, between backquotes: `Suite` or `Suite.test`.
        var count = 0
        for line in document.split(separator: "\n") where line.hasPrefix("| ") && line.contains("Tests") {
            let cells = line.split(separator: "|").filter { $0.contains("Tests") }
            guard let cell = cells.first else { continue }
            for (index, piece) in cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
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

    /// Every attack on the gate has a row in docs/SECURITY.md.
    @Test func everyAttackOnTheGateHasARow() throws {
        let data = try #require(FileManager.default.contents(atPath: Self.root + "/docs/SECURITY.md"))
        let rows = String(decoding: data, as: UTF8.self).split(separator: "\n")
        for number in [1, 2, 3, 4, 7, 8, 10, 20, 21, 23, 25, 26, 27, 28, 30, 31, 32] {
            #expect(rows.contains { $0.hasPrefix("| A-\(number) ") && $0.contains("Tests") }, "A-\(number)")
        }
    }
}
