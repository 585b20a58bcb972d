import Lifecycle
import Model
import SQLite
import TestSupport
import Testing

@testable import Store

/// Another program that holds the database's lock, or reads it for ever, delays nothing for long and grows nothing
/// without end: F-D5 and F-D14.
struct ContentionTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/slipway.db"
    }

    @Test func refusesDeliveriesWithinTwoSecondsWhileTheLockIsHeld() async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.save(.make())
        let stranger = try Connection(path: path, access: .readWrite)
        try stranger.run("BEGIN IMMEDIATE")
        let slowest = try await withThrowingTaskGroup(of: Duration.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let start = ContinuousClock.now
                    // What others write stands in the same line.
                    if number.isMultiple(of: 20) {
                        await #expect(throws: SQLiteError.self) { try await ledger.append([.make()]) }
                        return .zero
                    }
                    let error = await #expect(throws: SQLiteError.self) { try await ledger.record(.make("\(number)")) }
                    #expect(error?.code.primary == .busy)
                    return ContinuousClock.now - start
                }
            }
            return try await group.reduce(.zero, max)
        }
        // One wait of a second and ten that are refused at once; the rest is what a busy machine takes.
        #expect(slowest < .seconds(10))
        print("the slowest of 190 deliveries was refused after \(slowest)")
        #expect(try await ledger.projects().count == 1)
        try stranger.run("COMMIT")
        #expect(try await ledger.record(.make("again")) == .stored(sequence: 1))
    }

    @Test func writesNothingMoreOnceALongReaderHasMadeTheLogTooLarge() async throws {
        let limit = 2 << 20
        let ledger = Ledger(path: path, schema: .current, logByteLimit: limit)
        _ = try await ledger.open(now: noon)
        let reader = try Connection(path: path, access: .readOnly)
        try reader.run("BEGIN")
        _ = try reader.first("SELECT count(*) FROM events") { $0.integer(0) }
        let event = NewEvent.make(String(repeating: "x", count: 10_000))
        var refusal: SQLiteError?
        for _ in 0..<1000 where refusal == nil {
            do { try await ledger.append([event]) } catch { refusal = error }
        }
        #expect(refusal?.code == .logTooLarge)
        #expect(ledger.logByteCount < limit + 1 << 20)
        #expect(try await ledger.projects().isEmpty)
        try reader.run("COMMIT")
        try await ledger.append([event])
        #expect(ledger.logByteCount < limit)
    }
}
