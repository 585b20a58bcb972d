import FoundationEssentials
import Testing

@testable import Commands

struct VerbTableTests {
    @Test(arguments: VerbTable.all.map(\.name))
    func everyVerbHasHelpWithAnExample(_ name: String) throws {
        let verb = try #require(VerbTable.all.first { $0.name == name })
        let text = HelpPage(style: .plain).verb(verb)
        let example = try #require(verb.examples.first)
        #expect(example.line.hasPrefix(name))
        #expect(text.contains("  slipway \(example.line)\n"))
        #expect(text.contains("usage: slipway \(name)"))
        for flag in verb.flags { #expect(text.contains("--\(flag.name)")) }
    }

    @Test(arguments: VerbTable.all.map(\.name))
    func everyExampleIsAcceptedAsItStands(_ name: String) throws {
        let verb = try #require(VerbTable.all.first { $0.name == name })
        for example in verb.examples {
            let words = Self.words(example.line)
            switch try ArgumentReader(verbs: VerbTable.all).read(words) {
            case .run(let found, _): #expect(found.name == name)
            case .help, .overview, .version: #expect(name == "help")
            }
        }
    }

    @Test func namesAndFlagsAreUnique() {
        #expect(Set(VerbTable.all.map(\.name)).count == VerbTable.all.count)
        for verb in VerbTable.all {
            let flags = verb.flags + [.help]
            #expect(Set(flags.map(\.name)).count == flags.count, "\(verb.name)")
            let shorts = flags.compactMap(\.short)
            #expect(Set(shorts).count == shorts.count, "\(verb.name)")
        }
    }

    @Test func everyListingTakesJSON() {
        for name in ["status", "env list", "env show", "why", "wait", "history", "builds", "events", "doctor"] {
            #expect(VerbTable.all.first { $0.name == name }?.flags.contains(.json) == true, "\(name)")
        }
    }

    @Test func overviewNamesEveryVerbButTheHiddenOnes() {
        let text = HelpPage(style: .plain).overview(VerbTable.listed)
        for verb in VerbTable.all {
            #expect(text.contains("\n  \(verb.name) ") == (verb.group != .hidden), "\(verb.name)")
        }
    }

    @Test func manualPageIsWhatTheTableSays() throws {
        let page = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/docs/slipway.1"
        let data = try #require(FileManager.default.contents(atPath: page))
        #expect(
            String(decoding: data, as: UTF8.self) == ManualPage.text(VerbTable.listed),
            "run: slipway manual > docs/slipway.1")
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionKnowsEveryVerb(_ shell: String) throws {
        let script = try #require(Completion.script(for: shell, verbs: VerbTable.listed))
        for word in VerbTable.listed.flatMap(\.words) { #expect(script.contains(word), "\(word)") }
        #expect(script.contains("socket"))
        #expect(!script.contains("router-config"))
    }

    /// The words of a line as a shell has them, without redirection.
    private static func words(_ line: String) -> [String] {
        let parts = line.split(separator: ">")[0].split(separator: "'", omittingEmptySubsequences: false)
        return parts.enumerated().flatMap { index, part in
            index % 2 == 1 ? [String(part)] : part.split(separator: " ").map(String.init)
        }
    }
}
