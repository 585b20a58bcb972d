import Model
import Testing

@testable import Commands

struct ProjectChoiceTests {
    private static let shop = ["git@github.com:acme/shop.git"]

    struct Case: Sendable, CustomTestStringConvertible {
        let verb: String
        let given: [String]
        let remotes: [String]?
        let project: String
        let rest: [String]
        var testDescription: String { "\(verb) \(given)" }
    }

    @Test(arguments: [
        Case(verb: "logs", given: ["shop", "staging"], remotes: nil, project: "shop", rest: ["staging"]),
        Case(verb: "logs", given: ["staging"], remotes: shop, project: "shop", rest: ["staging"]),
        Case(verb: "history", given: [], remotes: shop, project: "shop", rest: []),
        Case(verb: "history", given: ["blog"], remotes: shop, project: "blog", rest: []),
        Case(verb: "history", given: ["staging"], remotes: shop, project: "shop", rest: ["staging"]),
        Case(verb: "history", given: ["unknown"], remotes: nil, project: "unknown", rest: []),
        Case(verb: "history", given: ["unknown"], remotes: ["https://elsewhere/x"], project: "unknown", rest: []),
        Case(verb: "rollback", given: ["staging", "abcd"], remotes: shop, project: "shop", rest: ["staging", "abcd"]),
        Case(verb: "rollback", given: ["blog", "staging"], remotes: shop, project: "blog", rest: ["staging"]),
        Case(verb: "approve", given: ["deletions"], remotes: shop, project: "shop", rest: ["deletions"]),
        Case(verb: "hold", given: ["staging", "why"], remotes: shop, project: "shop", rest: ["staging", "why"]),
    ])
    func theProjectIsNamedOrFoundOut(_ example: Case) throws {
        let (project, rest) = try choice(example.verb, example.given, example.remotes)
        #expect(project.rawValue == example.project)
        #expect(rest == example.rest)
    }

    struct Mistake: Sendable {
        let verb: String
        let given: [String]
        let remotes: [String]?
        let message: String
    }

    @Test(arguments: [
        Mistake(verb: "logs", given: ["staging"], remotes: nil, message: "'logs' wants PROJECT ENVIRONMENT"),
        Mistake(verb: "logs", given: ["shop"], remotes: shop, message: "'logs' wants ENVIRONMENT, too"),
        Mistake(verb: "hold", given: ["shop", "staging"], remotes: shop, message: "'hold' wants REASON, too"),
        Mistake(
            verb: "builds", given: [], remotes: ["https://elsewhere/x"],
            message: "this clone is of none of the daemon's projects: name one"),
        Mistake(
            verb: "builds", given: [], remotes: ["https://github.com/acme/blog"],
            message: "this clone is of several projects: name one"),
        Mistake(verb: "builds", given: ["No Name"], remotes: nil, message: "'No Name' is no project's name"),
    ])
    func whatCannotBeFoundOutIsSaid(_ mistake: Mistake) throws {
        let problem = try #require(throws: CommandProblem.self) {
            try choice(mistake.verb, mistake.given, mistake.remotes)
        }
        guard case .usage(let usage) = problem else {
            Issue.record("another problem: \(problem)")
            return
        }
        #expect(usage.message == mistake.message)
    }

    private func choice(_ verb: String, _ given: [String], _ remotes: [String]?) throws -> (ProjectName, [String]) {
        let verb = try #require(VerbTable.all.first { $0.name == verb })
        let known: [(ProjectName, String)] = [
            (.make("shop"), "https://github.com/acme/shop.git"), (.make("blog"), "https://github.com/acme/blog.git"),
            (.make("blog-two"), "https://github.com/acme/blog.git"),
        ]
        return try ProjectChoice(operands: given, verb: verb, known: known, remotes: remotes).choice()
    }
}
