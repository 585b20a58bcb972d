import Model
import TestSupport
import Testing

@testable import Store

/// What comments asked for is remembered: each acts once.
struct CommandTests {
    private let shop = ProjectName.shop
    private let scratch: TemporaryDirectory
    private let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    private func command(_ comment: Int, on number: Int = 42, outcome: String? = nil) -> CommentCommand {
        CommentCommand(
            comment: comment, number: number, word: .allow, commit: nil, author: "ada",
            writtenAt: Timestamp(milliseconds: 1000), outcome: outcome)
    }

    @Test func commandsAndPlacesAreKeptUntilTheirPullRequestIsForgotten() async throws {
        try await ledger.save(command(1), of: shop)
        try await ledger.save(command(1, outcome: "allowed"), of: shop)
        try await ledger.save(command(2, on: 43), of: shop)
        #expect(try await ledger.commands(of: shop).map(\.outcome) == ["allowed", nil])
        let place = CommentRead(
            number: 42, version: "v", readAt: Timestamp(milliseconds: 5),
            head: ObjectID(String(repeating: "1", count: 40)), headSeen: Timestamp(milliseconds: 3))
        try await ledger.save(
            commentReads: [place, CommentRead(number: 0, readAt: .init(milliseconds: 1))], removing: [], of: shop)
        #expect(try await ledger.commentReads(of: shop)[42] == place)
        try await ledger.save(commentReads: [], removing: [42], of: shop)
        #expect(try await ledger.commentReads(of: shop).keys.sorted() == [0])
        #expect(try await ledger.commands(of: shop).map(\.number) == [43])
    }

    @Test func theNewestOfEachPullRequestAreKept() async throws {
        for comment in 1...210 { try await ledger.save(command(comment), of: shop) }
        try await ledger.save(command(3, on: 43), of: shop)
        let kept = try await ledger.commands(of: shop)
        #expect(kept.filter { $0.number == 42 }.map(\.comment) == Array(11...210))
        #expect(kept.filter { $0.number == 43 }.count == 1)
    }
}
