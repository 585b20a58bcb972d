import Model
import SQLite
import TestSupport
import Testing

@testable import Store

struct DeliveryTests {
    let scratch: TemporaryDirectory
    let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    @Test func recordsADeliveryOnce() async throws {
        #expect(try await ledger.record(.make("a")) == .stored(sequence: 1))
        #expect(try await ledger.record(.make("a")) == .duplicate)
        #expect(try await ledger.record(.make("a", project: .make("blog"))) == .stored(sequence: 2))
        let stored = try #require(try await ledger.deliveries(limit: 9).last)
        let made = NewDelivery.make("a")
        #expect(
            stored
                == Delivery(
                    sequence: 1, project: made.project, host: made.host, deliveryID: made.deliveryID,
                    event: made.event, receivedAt: made.receivedAt, ref: made.ref, announced: made.announced))
    }

    @Test func sharesOneTransactionAmongThoseThatWait() async throws {
        let entries = try (0..<Ledger.batchLimit).map { try #require(ledger.intake.add(.make("\($0)"))) }
        #expect(try await ledger.commit(entries[0]) == .stored(sequence: 1))
        #expect(entries.allSatisfy { $0.result != nil })
        #expect(try await ledger.count("deliveries") == Int64(entries.count))
    }

    @Test func commitsAsManyBatchesAsItTakes() async throws {
        let entries = try (0...Ledger.batchLimit).map { try #require(ledger.intake.add(.make("\($0)"))) }
        _ = try await ledger.commit(entries[0])
        #expect(entries.last?.result == nil)
        _ = try await ledger.commit(entries[Ledger.batchLimit])
        #expect(try await ledger.count("deliveries") == Int64(entries.count))
    }

    @Test func isOnDiskWhenItReturns() async throws {
        let recorded = try await withThrowingTaskGroup(of: Recording.self) { group in
            for number in 0..<1000 { group.addTask { try await ledger.record(.make("\(number)")) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // What a crash would leave at this moment: the files as they are, with the log not folded in.
        for suffix in ["", "-wal"] {
            try write(try bytes(of: ledger.path + suffix), to: scratch.path + "/crashed.db" + suffix)
        }
        let survivor = Ledger(path: scratch.path + "/crashed.db")
        _ = try await survivor.open(now: noon)
        let found = try await survivor.deliveries(limit: 2000)
        #expect(Set(found.map(\.deliveryID)) == Set((0..<1000).map { "\($0)" }))
        let sequences = Set(found.map { Recording.stored(sequence: $0.sequence) })
        #expect(Set(recorded) == sequences)
    }

    @Test func tellsEveryCallerThatTheDiskIsFull() async throws {
        try await ledger.limitPages(30)
        let long = String(repeating: "x", count: 50_000)
        let entries = try (0..<10).map { try #require(ledger.intake.add(.make("\($0)\(long)"))) }
        let error = await #expect(throws: SQLiteError.self) { try await ledger.commit(entries[0]) }
        #expect(error?.isDiskFull == true)
        let full = try #require(error)
        #expect(entries.allSatisfy { $0.result == .failure(full) })
        #expect(try await ledger.count("deliveries") == 0)
        try await ledger.limitPages(100_000)
        #expect(try await ledger.record(.make("after")) == .stored(sequence: 1))
    }

    @Test func refusesMoreThanItHolds() async throws {
        for number in 0..<DeliveryIntake.limit { #expect(ledger.intake.add(.make("\(number)")) != nil) }
        await #expect(throws: SQLiteError.overloaded) { try await ledger.record(.make("more")) }
    }

    @Test func settlesWhatWasLookedAt() async throws {
        for id in ["1", "2", "3"] { _ = try await ledger.record(.make(id)) }
        _ = try await ledger.record(.make("4", project: .make("blog")))
        try await ledger.settle(1, outcome: "nothing new")
        try await ledger.settle(of: .shop, upTo: 2, outcome: "main moved")
        #expect(try await ledger.unsettledDeliveries().map(\.sequence) == [3, 4])
        #expect(
            try await ledger.deliveries(limit: 4).map(\.outcome) == [nil, nil, "main moved", "nothing new"])
    }
}
