import Model
import Promoter
import Testing

struct DeletionGuardTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let gone: Int
        let kept: Int
        let needsConsent: Bool
        var testDescription: String { "\(gone) gone, \(kept) kept" }
    }

    static func world(gone: Int, kept: Int) -> World {
        var world = World(policy: .init(preview: .init(limit: 100)))
        for number in 0..<gone + kept {
            world.branch("branch-\(number)", at: 100 + number, absences: number < gone ? 2 : 0)
            world.preview(of: "branch-\(number)", at: 100 + number)
        }
        return world
    }

    @Test(arguments: [
        Row(gone: 1, kept: 0, needsConsent: false),
        Row(gone: 5, kept: 0, needsConsent: false),
        Row(gone: 6, kept: 0, needsConsent: true),
        Row(gone: 6, kept: 5, needsConsent: true),
        Row(gone: 6, kept: 6, needsConsent: false),
        Row(gone: 20, kept: 30, needsConsent: false),
        Row(gone: 31, kept: 30, needsConsent: true),
    ])
    func asksWhenMoreThanFiveAndMoreThanHalfVanish(_ row: Row) {
        var world = Self.world(gone: row.gone, kept: row.kept)
        func deletions() -> Int { world.decision.wishes.filter { $0.intent == .delete }.count }
        #expect(deletions() == (row.needsConsent ? 0 : row.gone))
        world.facts.areDeletionsApproved = true
        #expect(deletions() == row.gone)
    }

    @Test func saysHowToConsent() {
        let world = Self.world(gone: 7, kept: 2)
        guard case .wait(nil, let gates) = world.intent("branch-0") else { return #expect(Bool(false)) }
        #expect(
            gates == [
                Gate(
                    kind: .confirmation,
                    blocker: "the branches of 7 of 9 previews vanished at once, this one's too",
                    remedy: "`slipway approve shop deletions` removes these previews")
            ])
    }

    @Test func deletesWithoutAPolicyTooButOnlyWhatIsGone() {
        var world = Self.world(gone: 2, kept: 2)
        world.facts.policy = .invalid(message: "line 1", lastGood: nil)
        #expect(world.decision.wishes.filter { $0.intent == .delete }.count == 2)
        #expect(world.reason("branch-3") == "slipway.yml on branch 'main' has mistakes: line 1")
    }

    @Test func keptPreviewsCountUnderTheLimit() {
        var world = Self.world(gone: 7, kept: 0)
        world.facts.policy = .known(.init(preview: .init(limit: 8)))
        world.branch("new-one", at: 50)
        world.branch("new-two", at: 51)
        #expect(world.intent("new-two") == .run(.number(51)))
        guard case .wait = world.intent("new-one") else { return #expect(Bool(false)) }
    }
}
