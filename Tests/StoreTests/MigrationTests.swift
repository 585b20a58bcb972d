import Model
import SQLite
import TestSupport
import Testing

@testable import Store

struct MigrationTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/ledger.db"
    }

    /// Today's schema and one step more.
    func schema(_ script: String) -> Schema {
        Schema(migrations: Schema.current.migrations + [Migration(version: Schema.current.version + 1, script: script)])
    }

    func makeVersion1() throws {
        let connection = try Connection(path: path, access: .readWrite)
        try connection.script(Version1Fixture.script)
        try connection.close()
    }

    @Test func numbersItsStepsFromOneWithoutGaps() {
        let versions = Schema.current.migrations.map(\.version)
        #expect(versions == Array(1...Int64(versions.count)))
    }

    @Test func readsEverythingThatVersion1Wrote() async throws {
        try makeVersion1()
        let ledger = Ledger(path: path)
        #expect(
            try await ledger.open(now: noon) == Opening(isNew: false, isAdopted: true, epoch: 8, instance: "0a1b2c"))
        let project = try #require(try await ledger.projects().first)
        #expect(project.remote.description == "https://git.example.com/acme/shop.git")
        #expect(project.defaultBranch == .branch("main"))
        // Version 1 knew no expiry; the manifest is read again anyway.
        var policies = EnvironmentPolicies()
        policies.preview?.expiry = nil
        #expect(project.lastGoodPolicies == policies)
        #expect(project.dismissed == [.make("pr-4"): .make(4)])
        #expect(try await ledger.knownRefs(of: .shop) == [.make(RefName(bytes: [0x72, 0xff]))])
        let staging = try #require(try await ledger.environments(of: .shop).first)
        #expect(staging.live?.release == .make(1))
        #expect(staging.hold == Hold(kind: .frozen, reason: "a fair", since: noon))
        #expect(try await ledger.release(.make(1), of: .shop) == .make(1))
        #expect(try await ledger.commits(yielding: .make(1), of: .shop) == [.make(1)])
        #expect(try await ledger.image(builtFor: .make(1), project: .shop) == .make(1))
        #expect(try await ledger.unfinishedBuilds().map(\.number) == [3])
        #expect(try await ledger.unfinishedDeployments().map(\.number) == [4])
        #expect(try await ledger.unsettledDeliveries().map(\.deliveryID) == ["d-5"])
        #expect(try await ledger.events(project: .shop, after: nil, limit: 9).map(\.sequence) == [6])
        #expect(try await ledger.portLeases() == [PortLease(port: 20_000, container: "web", leasedAt: noon)])
        let next = try await ledger.makeDeployment()
        #expect(next.number == 5)
    }

    @Test func leavesACopyBesideWhatItMigrates() async throws {
        try makeVersion1()
        let ledger = Ledger(path: path, schema: schema("ALTER TABLE events ADD COLUMN colour TEXT"))
        #expect(try await ledger.open(now: noon).epoch == 8)
        try await ledger.script("UPDATE events SET colour = 'red'")
        #expect(try await ledger.events(project: .shop, after: nil, limit: 9).count == 1)
        try await ledger.close()
        #expect(scratch.names == ["ledger.db", "ledger.db.mark", "ledger.db.v1"])
        let copy = Ledger(path: path + ".v1", schema: .first)
        #expect(try await copy.open(now: noon).epoch == 8)
        #expect(try await copy.events(project: .shop, after: nil, limit: 9).count == 1)
        let newest = Schema.current.version
        await #expect(throws: SQLiteError.newerSchema(found: newest + 1, known: newest, path: path)) {
            try await Ledger(path: path).open(now: noon)
        }
    }

    @Test func copiesNothingWhenThereIsNothingToMigrate() async throws {
        try makeVersion1()
        let ledger = Ledger(path: path, schema: .first)
        _ = try await ledger.open(now: noon)
        try await ledger.close()
        #expect(scratch.names == ["ledger.db", "ledger.db.mark"])
    }

    @Test(arguments: [
        "ALTER TABLE events ADD COLUMN colour TEXT; DELETE FROM events; INSERT INTO nowhere VALUES (1)",
        "DELETE FROM projects",
    ])
    func keepsTheOldSchemaWhenAStepFails(script: String) async throws {
        try makeVersion1()
        await #expect(throws: SQLiteError.self) {
            try await Ledger(path: path, schema: schema(script)).open(now: noon)
        }
        let ledger = Ledger(path: path)
        #expect(try await ledger.open(now: noon).epoch == 8)
        #expect(try await ledger.events(project: .shop, after: nil, limit: 9).count == 1)
        #expect(try await ledger.projects().count == 1)
    }

    @Test func namesTheTableThatAStepLeavesOrphansIn() async throws {
        try makeVersion1()
        await #expect(
            throws: SQLiteError(
                code: .constraint, call: "PRAGMA foreign_key_check",
                message: "migration to version \(Schema.current.version + 1) leaves orphans in table refs")
        ) { try await Ledger(path: path, schema: schema("DELETE FROM projects")).open(now: noon) }
    }
}

extension Schema {
    /// The schema that was released first.
    static let first = Schema(migrations: Array(current.migrations.prefix(1)))
}
