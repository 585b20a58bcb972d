import Model
import Testing

@testable import Config

struct DocumentTests {
    enum Reader: Sendable {
        case manifest
        case configuration

        func problems(of text: String) -> [String] {
            switch self {
            case .manifest: Reading.manifestProblems(text)
            case .configuration: Reading.configurationProblems(text)
            }
        }
    }

    @Test(arguments: [("docs/MANIFEST.md", Reader.manifest), ("docs/CONFIGURATION.md", .configuration)])
    func theirExamplesAreTrue(path: String, reader: Reader) throws {
        let blocks = Self.blocks(of: try ReferenceFiles.text(path))
        #expect(blocks.count >= 4)
        for (index, block) in blocks.enumerated() {
            switch block.kind {
            case "yaml", "yaml defaults":
                #expect(reader.problems(of: block.text) == [], "line \(block.line)")
            case "yaml refused":
                let next = try #require(blocks.dropFirst(index + 1).first)
                #expect(next.kind == "text", "line \(next.line)")
                let told = next.text.split(separator: "\n").map(String.init)
                #expect(reader.problems(of: block.text) == told, "line \(block.line)")
            default:
                #expect(block.kind == "text", "line \(block.line)")
            }
        }
    }

    @Test func theManifestWithoutAFieldIsAsDocumented() throws {
        let blocks = Self.blocks(of: try ReferenceFiles.text("docs/MANIFEST.md"))
        let block = try #require(blocks.first { $0.kind == "yaml defaults" })
        #expect(try Reading.manifest(block.text) == .withoutFile)
    }

    @Test func everyFieldIsDocumented() throws {
        let manifest = try ReferenceFiles.text("docs/MANIFEST.md")
        let fields = ManifestShape.manifest.fieldPaths.map { $0.replacing("services.*.", with: "") }
        #expect(
            fields.filter { !["name", "services", "environments"].contains($0) && !manifest.contains("| `\($0)` |") }
                == [])
        let configuration = try ReferenceFiles.text("docs/CONFIGURATION.md")
        let shape = ConfigurationShape(surroundings: Reading.root).configuration
        #expect(shape.fieldPaths.filter { !configuration.contains("| `\($0)` |") } == [])
    }

    struct Block {
        let kind: String
        let line: Int
        var text = ""
    }

    /// The fenced blocks of a Markdown text that have an info string.
    private static func blocks(of text: String) -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(kind: String(line.dropFirst(3)), line: index + 1)
                }
            } else {
                open?.text += line + "\n"
            }
        }
        return blocks
    }
}
