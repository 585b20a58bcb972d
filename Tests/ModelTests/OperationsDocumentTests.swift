import FoundationEssentials
import Model
import Testing

/// docs/OPERATIONS.md has every word that an operator can be shown.
struct OperationsDocumentTests {
    private let document: String

    init() throws { document = try Self.text(of: "docs/OPERATIONS.md") }

    private static let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

    private static func text(of path: String) throws -> String {
        let data = try #require(FileManager.default.contents(atPath: "\(root)/\(path)"), "\(path)")
        return String(decoding: data, as: UTF8.self)
    }

    /// The sources below a directory.
    private static func sources(_ directory: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(root)/Sources/\(directory)")
            .filter { $0.hasSuffix(".swift") }.map { try text(of: "Sources/\(directory)/\($0)") }
    }

    /// The raw values of an enumeration, read from its source: not every one can list its cases.
    private static func cases(of name: String, in path: String) throws -> [String] {
        let source = try text(of: path)
        let start = try #require(source.firstRange(of: "enum \(name):")).upperBound
        let body = source[start...].split(separator: "\n").dropFirst().prefix { line in
            let trimmed = line.drop { $0 == " " }
            return trimmed != "}"
        }
        return body.compactMap { line in
            let words = line.split(separator: " ")
            guard words.first == "case", words.count >= 2 else { return nil }
            return words.count == 4 ? words[3].filter { $0 != "\"" } : String(words[1])
        }
    }

    private func expectRow(_ word: String, _ what: String) {
        #expect(document.contains("`\(word)`"), "docs/OPERATIONS.md does not say what \(what) '\(word)' means")
    }

    @Test func everyReasonIsExplained() {
        for reason in StageFailure.Reason.allCases { expectRow(reason.rawValue, "the reason") }
    }

    @Test func everyWordOfTheStatusIsExplained() throws {
        let health = try Self.cases(of: "Health", in: "Sources/Model/Status.swift")
        let progress = try Self.cases(of: "Progress", in: "Sources/Model/Status.swift")
        let gates = try Self.cases(of: "Kind", in: "Sources/Model/Wish.swift")
        #expect(health.count >= 6 && progress.count >= 7 && gates.count >= 11)
        for word in health { expectRow(word, "the health") }
        for word in progress { expectRow(word, "the progress") }
        for word in gates { expectRow(word, "the gate") }
        for state in DeploymentState.allCases { expectRow(state.rawValue, "the state of a deployment") }
        for state in WebhookStatus.State.allCases { expectRow(state.rawValue, "the webhook's state") }
        for state in Notice.State.allCases { expectRow(state.rawValue, "the notice's state") }
        for part in Readiness.Part.allCases { expectRow(part.rawValue, "the part") }
    }

    @Test func everyFindingOfTheDoctorIsExplained() throws {
        var subjects: Set<String> = []
        for source in try Self.sources("Commands/Doctor") {
            for verdict in [".ok(", ".warning(", ".failed("] {
                for piece in source.components(separatedBy: verdict).dropFirst() {
                    let text = piece.drop { $0 == " " || $0 == "\n" }
                    guard text.first == "\"" else { continue }
                    subjects.insert(String(text.dropFirst().prefix { $0 != "\"" && $0 != " " && $0 != "\\" }))
                }
            }
        }
        subjects.remove("")
        #expect(subjects.isSuperset(of: ["engine", "caddy", "daemon", "port"]), "\(subjects)")
        for subject in subjects {
            #expect(
                document.contains("`\(subject)`") || document.contains("`\(subject) NAME`"),
                "docs/OPERATIONS.md does not say what the finding '\(subject)' is about")
        }
    }

    @Test func everyEventIsExplained() throws {
        var kinds: Set<String> = []
        for source in try Self.sources("Daemon") + Self.sources("Store") {
            for literal in source.split(separator: "\"", omittingEmptySubsequences: false) {
                let words = literal.split(separator: ".", omittingEmptySubsequences: false)
                guard words.count == 2, Self.areasOfEvents.contains(String(words[0])), !words[1].isEmpty,
                    words[1].utf8.allSatisfy({ (0x61...0x7a).contains($0) || $0 == UInt8(ascii: "-") })
                else { continue }
                kinds.insert(String(literal))
            }
        }
        #expect(kinds.isSuperset(of: ["deployment.live", "ref.moved", "delivery.rejected"]), "\(kinds)")
        for kind in kinds { expectRow(kind, "the event") }
    }

    /// What events are about: the first half of their kinds.
    private static let areasOfEvents: Set<String> = [
        "ref", "tag", "remote", "manifest", "default-branch", "delivery", "deployment", "environment", "disk", "daemon",
        "records", "record", "engine", "proxy", "project", "build", "memory", "child", "store",
    ]
}
