import Glibc
import Model
import SQLite
import TestSupport
import Testing

@testable import Store

struct OpeningTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/ledger.db"
    }

    @Test func takesANewEpochAtEachOpening() async throws {
        let ledger = Ledger(path: path)
        let first = try await ledger.open(now: noon)
        #expect(first == Opening(isNew: true, isAdopted: false, epoch: 1, instance: nil))
        try await ledger.setInstance("abc")
        try await ledger.markAdopted()
        try await ledger.close()
        #expect(scratch.names == ["ledger.db", "ledger.db.mark"])
        let second = try await Ledger(path: path).open(now: noon)
        #expect(
            second == Opening(isNew: false, isAdopted: true, epoch: 2, instance: "abc", isFullyChecked: false))
        #expect(try await ledger.open(now: noon).epoch == 3)
        #expect(try await ledger.instance() == "abc")
    }

    @Test func saysThatItIsNotOpen() async throws {
        let ledger = Ledger(path: path)
        await #expect(throws: SQLiteError.notOpen) { _ = try await ledger.projects() }
        await #expect(throws: SQLiteError.notOpen) { _ = try await ledger.record(.make()) }
        #expect(scratch.names.isEmpty)
    }

    @Test func provesThatItIsStillItsOwn() async throws {
        let ledger = Ledger(path: path)
        await #expect(throws: SQLiteError.notOpen) { try await ledger.prove() }
        _ = try await ledger.open(now: noon)
        try await ledger.prove()
        let other = Ledger(path: path)
        _ = try await other.open(now: noon)
        await #expect(throws: SQLiteError.staleEpoch(ours: 1, theirs: 2)) { try await ledger.prove() }
        try await other.prove()
    }

    @Test func isDurableFromTheMomentItReturns() async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        let modes = try await ledger.pragmas(["journal_mode", "synchronous", "foreign_keys"])
        #expect(modes == ["wal", "2", "1"])
    }

    @Test func refusesANewerSchemaAndNamesBothVersions() async throws {
        _ = try await Ledger(path: path).open(now: noon)
        try Connection(path: path, access: .readWrite).script("PRAGMA user_version = 99")
        let before = try bytes(of: path)
        await #expect(
            throws: SQLiteError(
                code: .newerSchema, call: "Ledger.open",
                message:
                    "the database \(path) has schema version 99, this program knows up to \(Schema.current.version): "
                    + "run the version of slipway that wrote it, or a newer one")
        ) { try await Ledger(path: path).open(now: noon) }
        #expect(try bytes(of: path) == before)
    }

    @Test func refusesTheDatabaseOfAnotherProgram() async throws {
        try Connection(path: path, access: .readWrite).script("CREATE TABLE theirs (x)")
        await #expect(throws: SQLiteError.foreignDatabase(path: path)) {
            try await Ledger(path: path).open(now: noon)
        }
    }

    @Test func saysWhatToDoAboutAFileThatIsNoDatabase() async throws {
        try write(Array(String(repeating: "This is no database. ", count: 100).utf8), to: path)
        let error = await #expect(throws: SQLiteError.self) { try await Ledger(path: path).open(now: noon) }
        #expect(error?.code == .notADatabase)
        #expect(
            error?.message
                == "the database \(path) is damaged (file is not a database): put a backup in its place with "
                + "'slipway restore FILE', or move it and the files \(path)-wal, \(path)-shm and \(path).mark away "
                + "and start again; what runs is then adopted, not restarted")
    }

    @Test func findsAPageThatWasOverwritten() async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.append((0..<500).map { .make("event \($0) " + String(repeating: "x", count: 100)) })
        try await ledger.close()
        var content = try bytes(of: path)
        let middle = content.count / 4096 / 2 * 4096
        for index in middle..<middle + 4096 { content[index] = 0xaa }
        try write(content, to: path)
        let error = await #expect(throws: SQLiteError.self) { try await Ledger(path: path).open(now: noon) }
        #expect(error?.code.primary == .corrupt)
        #expect(error?.message.contains("put a backup in its place") == true)
    }

    @Test func saysWhatToDoAboutAFileThatWasCutOff() async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.append((0..<500).map { .make("event \($0) " + String(repeating: "x", count: 100)) })
        try await ledger.close()
        try write(Array(try bytes(of: path).prefix(3 * 4096)), to: path)
        let error = await #expect(throws: SQLiteError.self) { try await Ledger(path: path).open(now: noon) }
        #expect(error?.code.primary == .corrupt)
        #expect(error?.message.contains("put a backup in its place") == true)
    }

    @Test func takesAFileThatACrashLeftEmptyForNew() async throws {
        try write([], to: path)
        #expect(try await Ledger(path: path).open(now: noon).isNew)
    }

    @Test func refusesToWriteOnceAnotherDaemonHasOpenedTheDatabase() async throws {
        let older = Ledger(path: path)
        _ = try await older.open(now: noon)
        try await older.save(.make())
        let newer = Ledger(path: path)
        _ = try await newer.open(now: noon)
        let error = await #expect(throws: SQLiteError.self) { try await older.save(.make(.make("blog"))) }
        #expect(error == .staleEpoch(ours: 1, theirs: 2))
        #expect(error?.isStaleLedger == true)
        await #expect(throws: SQLiteError.staleEpoch(ours: 1, theirs: 2)) { try await older.record(.make()) }
        try await newer.save(.make(.make("docs")))
        #expect(try await newer.projects().map(\.name.rawValue) == ["docs", "shop"])
        #expect(try await newer.deliveries(limit: 10).isEmpty)
    }

    @Test func isUsableAfterTheDiskWasFull() async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.save(.make())
        try await ledger.limitPages(40)
        let large = NewEvent.make(String(repeating: "x", count: 300_000))
        let error = await #expect(throws: SQLiteError.self) {
            try await ledger.save(refs: [.make()], removing: [], of: .make(), events: [large])
        }
        #expect(error?.isDiskFull == true)
        #expect(try await ledger.knownRefs(of: .shop).isEmpty)
        #expect(try await ledger.projects() == [.make()])
        try await ledger.limitPages(100_000)
        try await ledger.save(refs: [.make()], removing: [], of: .make(), events: [large])
        #expect(try await ledger.knownRefs(of: .shop) == [.make()])
    }
}

extension Ledger {
    fileprivate func pragmas(_ names: [String]) throws(SQLiteError) -> [String?] {
        try read { (connection) throws(SQLiteError) in
            var values: [String?] = []
            for name in names { values.append(try connection.first("PRAGMA \(name)") { $0.text(0) }) }
            return values
        }
    }
}

func bytes(of path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return content }
        content += buffer.prefix(count)
    }
}

func write(_ content: [UInt8], to path: String) throws {
    let file = try #require(fopen(path, "w"))
    defer { fclose(file) }
    try #require(fwrite(content, 1, content.count, file) == content.count)
}
