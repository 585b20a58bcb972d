import Model
import Testing

@testable import Promoter

/// While records that were put back wait for a person, nothing is deleted and nothing promoted.
struct DoubtTests {
    static func wish(_ intent: EnvironmentWish.Intent, _ kind: EnvironmentKind) throws -> EnvironmentWish {
        let project = try #require(ProjectName("shop"))
        let name = try #require(EnvironmentName(kind.rawValue))
        return EnvironmentWish(
            environment: EnvironmentID(project: project, name: name), kind: kind, ref: nil, intent: intent,
            reason: "test")
    }

    static func applied(_ wish: EnvironmentWish, doubt: String?) -> EnvironmentWish {
        let facts = ProjectFacts(
            project: wish.environment.project, defaultBranch: nil, refs: [], policy: .unknown, doubt: doubt)
        return DoubtRule.applied(to: wish, in: Situation(facts: facts, hashing: { _ in preconditionFailure("unused") }))
    }

    @Test func withholdsRemovalsAndPromotions() throws {
        let commit = try #require(ObjectID(String(repeating: "1", count: 40)))
        let digest = try #require(Digest(String(repeating: "2", count: 64)))
        let withheld: [(EnvironmentWish.Intent, EnvironmentKind)] = [
            (.delete, .preview), (.delete, .staging), (.delete, .production), (.run(commit), .production),
            (.promote(commit: commit, release: digest), .production),
        ]
        for (intent, kind) in withheld {
            let wish = try Self.wish(intent, kind)
            let waiting = Self.applied(wish, doubt: "a test")
            guard case .wait(let awaited, let gates) = waiting.intent else {
                Issue.record("\(intent) of \(kind) is not withheld")
                continue
            }
            #expect(awaited == wish.commit)
            #expect(gates.map(\.kind) == [.confirmation])
            #expect(gates.first?.remedy?.contains("slipway approve shop restore") == true)
            #expect(Self.applied(wish, doubt: nil) == wish)
        }
    }

    @Test func letsPreviewsAndStagingFollowGit() throws {
        let commit = try #require(ObjectID(String(repeating: "1", count: 40)))
        let digest = try #require(Digest(String(repeating: "2", count: 64)))
        for kind in [EnvironmentKind.preview, .development, .staging] {
            for intent in [EnvironmentWish.Intent.run(commit), .promote(commit: commit, release: digest), .orphaned] {
                let wish = try Self.wish(intent, kind)
                #expect(Self.applied(wish, doubt: "a test") == wish)
            }
        }
    }
}
