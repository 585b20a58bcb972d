import Lifecycle
import Model
import SQLite
import Testing

@testable import Store

/// What a loss of power or a kill at any moment leaves behind can be opened, is whole, and lacks nothing that was
/// acknowledged: H-3, F-D1, F-D2 and F-D15.
@Suite(.serialized) struct CrashImageTests {
    private let disk = CrashDisk()
    private static let pool = BlockingPool(name: "crash images", width: 2)

    private func ledger(_ schema: Schema = .current) -> Ledger {
        Ledger(path: disk.path, schema: schema, system: CrashDisk.system)
    }

    /// Deliveries from several senders at once, acknowledged as they return.
    private func deliver(_ range: Range<Int>, to ledger: Ledger, senders: Int = 8) async throws {
        try await withThrowingTaskGroup(of: Void.self) { [disk] group in
            for sender in 0..<senders {
                group.addTask {
                    for number in range where number % senders == sender {
                        guard case .stored(let sequence) = try await ledger.record(.make("\(number)")) else { continue }
                        disk.note(.delivery, sequence)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Deployments with everything that belongs to one, and records that are to stay soon only.
    private func deploy(_ range: Range<Int>, to ledger: Ledger) async throws {
        for number in range {
            try await ledger.remember(image: .make(number), key: .make(number), project: .shop)
            disk.note(.image, Int64(number))
            try await ledger.save(.make(number), of: .shop, commit: .make(number))
            var deployment = try await ledger.beginDeployment(
                environment: .staging, kind: .staging, commit: .make(number), ref: nil, cause: "test", at: noon)
            deployment.state = .live
            deployment.release = .make(number)
            deployment.liveAt = noon
            var staging = EnvironmentRecord.make()
            staging.live = .init(
                release: .make(number), content: .make(number), configuration: .make(3), commit: .make(number),
                since: noon, deployment: deployment.number)
            try await ledger.save(deployment, environment: staging, events: [.make("event \(number)")])
            disk.note(.live, deployment.number)
            disk.note(.event, Int64(number))
        }
    }

    /// The life of a database: made by version 1, migrated, written to from many sides, folded in, closed, opened again.
    private func record() async throws {
        let first = ledger(.first)
        _ = try await first.open(now: noon)
        disk.note(.schema, 1)
        try await first.save(.make())
        for number in 0..<8 {
            // As the program of that time wrote them.
            try await first.script(
                """
                INSERT INTO deliveries (project, host, delivery_id, event, received_at)
                VALUES ('shop', 'github', '\(number)', 'push', 0)
                """)
            disk.note(.delivery, Int64(number) + 1)
        }
        try await first.close()

        let second = ledger()
        _ = try await second.open(now: noon)
        disk.note(.schema, Schema.current.version)
        // Often enough that several foldings happen; by itself one does after 1,000 pages.
        try await second.script("PRAGMA wal_autocheckpoint = 60")
        async let delivered: Void = deliver(8..<72, to: second)
        async let deployed: Void = deploy(1..<9, to: second)
        _ = try await (delivered, deployed)
        try await second.script("PRAGMA wal_checkpoint(TRUNCATE)")
        try await deliver(72..<80, to: second)
        try await second.close()

        let third = ledger()
        _ = try await third.open(now: noon)
        try await deploy(9..<11, to: third)
        try await deliver(80..<88, to: third)
    }

    /// Sees every image, by two threads at once.
    private func reports(rounds: Int, isDense: Bool = true) async -> CrashDisk.Report {
        await withTaskGroup(of: CrashDisk.Report.self) { [disk] group in
            for index in 0..<2 {
                group.addTask {
                    await Self.pool.run { disk.images(rounds: rounds, share: (index, 2), isDense: isDense) }
                }
            }
            return await group.reduce(into: CrashDisk.Report()) { all, report in
                all.images += report.images
                all.faults += report.faults
                all.byLoss.merge(report.byLoss) { $0 + $1 }
            }
        }
    }

    @Test func nothingAcknowledgedIsLostInTenThousandCrashes() async throws {
        try await record()
        let report = await reports(rounds: 5)
        print("crash images: \(report.images) of \(disk.count) entries, \(disk.syncs) syncs: \(report.byLoss)")
        #expect(report.faults == [])
        #expect(report.images >= 10_000)
    }

    @Test func aCrashWhileVersion1IsMigratedLeavesOneVersionOrTheOther() async throws {
        let connection = try Connection(path: disk.path, access: .readWrite, system: CrashDisk.system)
        _ = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
        try connection.script(Version1Fixture.script)
        disk.note(.schema, 1)
        try connection.close()
        _ = try await ledger().open(now: noon)
        disk.note(.schema, Schema.current.version)
        let report = await reports(rounds: 5, isDense: false)
        print("crash images of a migration: \(report.images) of \(disk.count) entries")
        #expect(report.faults == [])
    }

    // The same, of ledgers that break the promise: the images must show it.

    @Test(arguments: ["OFF", "NORMAL"]) func seesThatNothingIsSynced(level: String) async throws {
        let ledger = ledger()
        _ = try await ledger.open(now: noon)
        try await deliver(0..<1, to: ledger)
        try await ledger.script("PRAGMA synchronous = \(level)")
        try await deliver(1..<20, to: ledger)
        #expect(await reports(rounds: 1).faults.contains { $0.contains("was promised") })
    }

    @Test func seesAnAcknowledgementBeforeTheCommit() async throws {
        let ledger = ledger()
        _ = try await ledger.open(now: noon)
        for number in 1..<20 {
            disk.note(.delivery, Int64(number))
            _ = try await ledger.record(.make("\(number)"))
        }
        #expect(await reports(rounds: 1).faults.contains { $0.contains("was promised") })
    }

    @Test func seesASchemaThatIsBetweenTwoVersions() async throws {
        let first = ledger(.first)
        _ = try await first.open(now: noon)
        try await first.close()
        let connection = try Connection(path: disk.path, access: .readWrite, system: CrashDisk.system)
        // Each statement by itself, as a migration without a transaction would have it.
        for statement in Schema.version2.split(separator: ";\n") where statement.contains(where: \.isLetter) {
            try connection.script(String(statement))
        }
        try connection.script("PRAGMA user_version = 2")
        #expect(await reports(rounds: 1).faults.contains { $0.contains("version 1 has") })
    }

    @Test func seesPagesThatAreNotWhole() async throws {
        let connection = try Connection(path: disk.path, access: .readWrite, system: CrashDisk.system)
        // Without a journal nothing can be taken back.
        _ = try connection.first("PRAGMA journal_mode = OFF") { $0.text(0) }
        try Schema.current.migrate(connection, from: 0)
        disk.note(.schema, Schema.current.version)
        try connection.transaction { (connection) throws(SQLiteError) in
            for number in 0..<200 {
                try connection.run(
                    "INSERT INTO events (at, kind, message) VALUES (?, 'test', ?)",
                    [.integer(Int64(number)), .text(String(repeating: "x", count: 300))])
            }
        }
        #expect(!(await reports(rounds: 2).faults.isEmpty))
    }
}
