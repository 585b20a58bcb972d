import Model
import SQLite
import TestSupport
import Testing

@testable import Store

struct BackupTests {
    let scratch: TemporaryDirectory
    let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    @Test func copiesOneMomentWhileDeliveriesArrive() async throws {
        try await ledger.append((0..<2000).map { .make("\($0)" + String(repeating: "x", count: 1000)) })
        let destination = scratch.path + "/backup.db"
        async let recorded = withThrowingTaskGroup(of: Recording.self) { [ledger] group in
            for number in 0..<500 { group.addTask { try await ledger.record(.make("\(number)")) } }
            return try await group.reduce(into: 0) { count, _ in count += 1 }
        }
        try await ledger.backup(to: destination, now: noon)
        #expect(try await recorded == 500)
        let copy = Ledger(path: destination)
        #expect(try await copy.open(now: noon).epoch == 2)
        #expect(try await copy.count("events") == 2000)
        let sequences = try await copy.deliveries(limit: 1000).map(\.sequence)
        #expect(sequences.reversed() == Array(1...500).prefix(sequences.count).map { Int64($0) })
        #expect(try await ledger.count("deliveries") == 500)
    }

    @Test func replacesAnEarlierBackup() async throws {
        let destination = scratch.path + "/backup.db"
        try write(Array("an earlier one".utf8), to: destination)
        try await ledger.append([.make()])
        try await ledger.backup(to: destination, now: noon)
        #expect(scratch.names.filter { $0.hasPrefix("backup") } == ["backup.db"])
        #expect(try await Ledger(path: destination).open(now: noon).epoch == 2)
    }

    @Test func leavesNothingBehindWhenItIsCancelled() async throws {
        let destination = scratch.path + "/backup.db"
        try await withThrowingTaskGroup(of: Void.self) { [ledger] group in
            group.cancelAll()
            group.addTask {
                let error = await #expect(throws: SQLiteError.self) {
                    try await ledger.backup(to: destination, now: noon)
                }
                #expect(error?.code == .interrupted)
            }
            try await group.waitForAll()
        }
        #expect(scratch.names.allSatisfy { $0.hasPrefix("ledger.db") })
    }

    @Test func saysThatItCannotBeWritten() async throws {
        let error = await #expect(throws: SQLiteError.self) {
            try await ledger.backup(to: scratch.path + "/missing/backup.db", now: noon)
        }
        #expect(error?.code.primary == .cannotOpen)
    }
}
