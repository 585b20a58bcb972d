import Model
import SQLite
import Synchronization
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

    @Test func findsADeliveryOfWhichNothingHasComeYet() async throws {
        _ = try await ledger.record(.make("a"))
        _ = try await ledger.record(.make("b"))
        #expect(try await ledger.openSequence(of: .make("b")) == 2)
        #expect(try await ledger.openSequence(of: .make("c")) == nil)
        #expect(try await ledger.openSequence(of: .make("b", project: .make("blog"))) == nil)
        try await ledger.settle(2, outcome: "done")
        #expect(try await ledger.openSequence(of: .make("b")) == nil)
    }

    /// Puts deliveries in while nobody takes them out, and returns what became of them after the passes.
    private func outcomes(of ids: [String], passes: Int) async throws -> [Result<Recording, SQLiteError>?] {
        let results = Mutex([Result<Recording, SQLiteError>?](repeating: nil, count: ids.count))
        for (number, id) in ids.enumerated() {
            _ = ledger.intake.add(.make(id)) { result in results.withLock { $0[number] = result } }
        }
        return await ledger.after(passes) { results.withLock { $0 } }
    }

    @Test func sharesOneTransactionAmongThoseThatWait() async throws {
        let ids = (0..<Ledger.batchLimit).map { "\($0)" }
        let results = try await outcomes(of: ids, passes: 1)
        #expect(try results.first.flatMap(\.self)?.get() == .stored(sequence: 1))
        #expect(results.allSatisfy { $0 != nil })
        #expect(try await ledger.count("deliveries") == Int64(ids.count))
    }

    @Test func commitsAsManyBatchesAsItTakes() async throws {
        let ids = (0...Ledger.batchLimit).map { "\($0)" }
        #expect(try await outcomes(of: ids, passes: 1).last == .some(nil))
        #expect(try await ledger.record(.make("next")) == .stored(sequence: Int64(ids.count + 1)))
        #expect(try await ledger.count("deliveries") == Int64(ids.count + 1))
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
        let results = try await outcomes(of: (0..<10).map { "\($0)\(long)" }, passes: 1)
        for result in results {
            guard case .failure(let error) = result else {
                Issue.record("it was not refused")
                continue
            }
            #expect(error.isDiskFull)
        }
        #expect(try await ledger.count("deliveries") == 0)
        try await ledger.limitPages(100_000)
        #expect(try await ledger.record(.make("after")) == .stored(sequence: 1))
    }

    @Test func refusesMoreThanItHolds() async throws {
        for number in 0..<DeliveryIntake.limit { _ = ledger.intake.add(.make("\(number)")) { _ in } }
        await #expect(throws: SQLiteError.overloaded) { try await ledger.record(.make("more")) }
    }

    /// F-W2, in small: the same delivery from many senders at once is one row.
    @Test func keepsOneRowOfADeliveryThatIsSentOverAndOver() async throws {
        let stored = try await withThrowingTaskGroup(of: Recording.self) { group in
            for _ in 0..<2000 { group.addTask { [ledger] in try await ledger.record(.make("again")) } }
            return try await group.reduce(into: 0) { if $1 != .duplicate { $0 += 1 } }
        }
        #expect(stored == 1)
        #expect(try await ledger.count("deliveries") == 1)
    }

    @Test func settlesManyInSeveralTransactions() async throws {
        let count = 3 * Ledger.sweepLimit + 7
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT \(count))
            INSERT INTO deliveries (project, host, delivery_id, event, received_at)
            SELECT 'shop', 'github', 'n' || x, 'push', \(noon.milliseconds) FROM n
            """)
        try await ledger.settle(of: .shop, upTo: count - 1, outcome: "looked at")
        #expect(try await ledger.unsettledDeliveries().map(\.sequence) == [count])
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

extension Ledger {
    /// What is so when that many batches were taken, before its thread comes back for more.
    fileprivate func after<Value: Sendable>(_ passes: Int, _ value: @Sendable () -> Value) -> Value {
        for _ in 0..<passes { commitWaiting() }
        return value()
    }
}
