import Model
import SQLite
import TestSupport
import Testing

@testable import Store

/// What must hold in a database is checked when it is opened, and a start says what does not and what to do.
struct LedgerCheckTests {
    struct Breach: Sendable, CustomTestStringConvertible {
        /// What somebody did to the database.
        let script: String
        /// The beginning of the rule, and what breaks it.
        let rule: String
        let by: String
        var testDescription: String { "\(rule): \(by)" }
    }

    static let breaches = [
        Breach(script: "DELETE FROM meta", rule: "there is one row of marks", by: "meta"),
        Breach(
            script: "UPDATE environments SET record = json_set(record, '$.id.name', 'other')",
            rule: "a record of an environment is about that", by: "shop/staging"),
        Breach(
            script: "DELETE FROM deployments WHERE state = 'live'", rule: "what an environment runs was made live",
            by: "shop/staging"),
        Breach(
            script: "UPDATE deployments SET state = 'live' WHERE state = 'replaced'",
            rule: "an environment has one live deployment", by: "shop/staging"),
        Breach(
            script: "PRAGMA foreign_keys = ON; DELETE FROM releases", rule: "the release that a deployment made live",
            by: "shop/staging 000000000000"),
        Breach(
            script: "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'deployments'", rule: "no number is given out",
            by: "deployments"),
        Breach(
            script: "UPDATE refs SET sequence = 99", rule: "no ref has moved later",
            by: "shop X'726566732F68656164732F6D61696E'"),
        Breach(
            script: "PRAGMA foreign_keys = OFF; INSERT INTO release_commits (release, meant) VALUES (99, 'x')",
            rule: "every row that another one belongs to", by: "table release_commits"),
    ]

    let scratch: TemporaryDirectory
    let path: String

    init() async throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/slipway.db"
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.save(refs: [.make()], removing: [], of: .make(), events: [.make()])
        try await ledger.save(.make(), of: .shop, commit: .make(1))
        _ = try await ledger.makeDeployment(.live, release: .make(1))
        let deployment = try await ledger.makeDeployment(.live, release: .make(1))
        var staging = EnvironmentRecord.make()
        staging.live = .init(
            release: .make(1), content: .make(1), configuration: .make(1), commit: .make(1), since: noon,
            deployment: deployment.number)
        try await ledger.save(staging)
        try await ledger.close()
    }

    @Test func findsNothingInWhatALedgerWrites() async throws {
        for depth in [LedgerCheck.Depth.quick, .full] {
            #expect(try LedgerCheck.finding(in: Connection(path: path, access: .readOnly), depth) == nil)
        }
    }

    @Test(arguments: breaches) func refusesToStartOnABrokenRule(_ breach: Breach) async throws {
        try Connection(path: path, access: .readWrite).script(breach.script)
        let error = await #expect(throws: SQLiteError.self) { try await Ledger(path: path).open(now: noon) }
        let message = error?.message ?? ""
        #expect(message.hasPrefix("the database \(path) breaks the rule that \(breach.rule)"), "\(message)")
        #expect(message.contains(", by \(breach.by): put a backup in its place"), "\(message)")
    }

    @Test func looksAtEveryRowAfterADiskFailedOrTheMachineWentDown() async throws {
        // Only the full check looks at deployments that are over.
        try Connection(path: path, access: .readWrite).script("UPDATE deployments SET is_final = 0 WHERE number = 1")
        _ = try await Ledger(path: path).open(now: noon)
        var mark = try #require(OpeningMark.read(beside: path))
        mark.boot = "another run of the machine"
        mark.write(beside: path)
        let error = await #expect(throws: SQLiteError.self) { try await Ledger(path: path).open(now: noon) }
        #expect(error?.code == .inconsistent)
    }

    @Test func looksThroughEverythingBesideALedgerThatWorks() async throws {
        try Connection(path: path, access: .readWrite).script("UPDATE deployments SET is_final = 0 WHERE number = 1")
        let told = Told()
        let ledger = Ledger(path: path) { told.note($0) }
        #expect(try await !ledger.open(now: noon).isFullyChecked)
        await #expect(throws: SQLiteError.self) { try await ledger.inspect() }
        #expect(told.errors.map(\.code) == [.inconsistent])
        await #expect(throws: SQLiteError.self) { try await ledger.append([.make()]) }
        #expect(OpeningMark.read(beside: path)?.end == .failed)
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let mark: OpeningMark?
        let depth: LedgerCheck.Depth
    }

    static let endings = [
        Ending(testDescription: "nothing is known", mark: nil, depth: .full),
        Ending(testDescription: "closed", mark: .init(epoch: 7, boot: "b", end: .closed), depth: .quick),
        Ending(testDescription: "closed before a boot", mark: .init(epoch: 7, boot: "a", end: .closed), depth: .quick),
        Ending(testDescription: "killed", mark: .init(epoch: 7, boot: "b", end: .open), depth: .quick),
        Ending(testDescription: "the machine went down", mark: .init(epoch: 7, boot: "a", end: .open), depth: .full),
        Ending(testDescription: "the disk failed", mark: .init(epoch: 7, boot: "b", end: .failed), depth: .full),
        Ending(testDescription: "restored", mark: .init(epoch: 7, boot: "b", end: .restored), depth: .full),
        Ending(testDescription: "another database's", mark: .init(epoch: 6, boot: "b", end: .closed), depth: .full),
    ]

    @Test(arguments: endings) func checksWhatTheLastEndingCanHaveLeft(_ ending: Ending) {
        #expect(LedgerCheck.Depth.needed(after: ending.mark, epoch: 7, boot: "b") == ending.depth)
        if let mark = ending.mark { #expect(OpeningMark(text: mark.text) == mark) }
    }
}
