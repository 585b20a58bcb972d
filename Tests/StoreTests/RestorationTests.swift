import Glibc
import Model
import SQLite
import TestSupport
import Testing

@testable import Store

/// A database that was put in the place of another one is known as such, and what it stands in for is kept.
struct RestorationTests {
    let scratch: TemporaryDirectory
    let path: String
    let backup: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/slipway.db"
        backup = scratch.path + "/backup.db"
    }

    /// A ledger that has lived: made, written to, copied, written to again, closed.
    private func live(andDie: Bool = false) async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.save(.make())
        try await ledger.markAdopted()
        try await ledger.append([.make("before the backup")])
        try await ledger.backup(to: backup, now: noon)
        try await ledger.append([.make("after the backup"), .make("and later")])
        if !andDie { try await ledger.close() }
    }

    private func copy(_ source: String, _ destination: String) throws {
        try write(try bytes(of: source), to: destination)
    }

    @Test func knowsACopyThatSomebodyPutInPlace() async throws {
        try await live()
        #expect(rename(backup, path) == 0)
        let ledger = Ledger(path: path)
        let opening = try await ledger.open(now: noon)
        #expect(opening.restoration == Restoration(at: noon, how: "it is a copy that was made at \(noon)"))
        #expect(!opening.isAdopted)
        #expect(opening.epoch == 2)
    }

    @Test func knowsAnOlderDatabaseByHowOftenItWasOpened() async throws {
        try await live()
        try copy(path, backup)
        let ledger = Ledger(path: path)
        #expect(try await ledger.open(now: noon).restoration == nil)
        try await ledger.close()
        try copy(backup, path)
        let opening = try await Ledger(path: path).open(now: noon)
        #expect(
            opening.restoration?.how
                == "it was opened 1 times, and the database that was here 2 times")
        #expect(opening.epoch == 3)
    }

    @Test func knowsAnOlderDatabaseOfTheSameOpeningByItsNumbers() async throws {
        let ledger = Ledger(path: path)
        _ = try await ledger.open(now: noon)
        try await ledger.script("PRAGMA wal_checkpoint(TRUNCATE)")
        try copy(path, backup)
        try await ledger.append([.make("later")])
        try await ledger.close()
        try copy(backup, path)
        let opening = try await Ledger(path: path).open(now: noon)
        #expect(opening.restoration?.how == "the database that was here had newer events")
    }

    @Test func doubtsNothingAfterAKillOrALossOfThePowerOrOfTheDatabase() async throws {
        try await live(andDie: true)
        #expect(try await Ledger(path: path).open(now: noon).restoration == nil)
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        let opening = try await Ledger(path: path).open(now: noon)
        #expect(opening.isNew)
        #expect(opening.restoration == nil)
        #expect(opening.epoch == 3)
    }

    @Test func restoresACopyAndKeepsWhatWasThere() async throws {
        try await live(andDie: true)
        let restored = try DatabaseFile.restore(backup, to: path, now: noon)
        #expect(restored.file.copiedAt == noon)
        #expect(restored.file.projects == [.shop])
        let aside = try #require(restored.aside)
        #expect(try await Ledger(path: aside).open(now: noon).restoration == nil)
        #expect(scratch.names.allSatisfy { !$0.contains("restoring") })

        let ledger = Ledger(path: path)
        let opening = try await ledger.open(now: noon)
        #expect(opening.restoration?.how == "'slipway restore' put it in place")
        #expect(!opening.isAdopted)
        #expect(opening.epoch > 1)
        #expect(try await ledger.events(project: nil, after: nil, limit: 9).map(\.message) == ["before the backup"])
        // Numbers go on from where the replaced database was.
        try await ledger.append([.make("after the restoration")])
        #expect(try await ledger.events(project: nil, after: 3, limit: 9).map(\.sequence) == [4])
    }

    @Test func waitsForAPersonUntilOneHasLooked() async throws {
        try await live()
        _ = try DatabaseFile.restore(backup, to: path, now: noon)
        let ledger = Ledger(path: path)
        let restoration = try #require(try await ledger.open(now: noon).restoration)
        // Told again as long as nobody was: a crash in between loses nothing.
        #expect(try await ledger.open(now: noon).restoration == restoration)
        try await ledger.doubt([.shop, .make("blog")], because: restoration)
        #expect(try await ledger.open(now: noon).restoration == nil)
        #expect(try await ledger.doubts() == [.shop: restoration, .make("blog"): restoration])
        try await ledger.confirm(.shop, events: [.make("a person looked")])
        #expect(try await ledger.doubts() == [.make("blog"): restoration])
    }

    @Test func goesBackToTheVersionThatWasMigrated() async throws {
        let connection = try Connection(path: path, access: .readWrite)
        try connection.script(Version1Fixture.script)
        try connection.close()
        let newer = Ledger(path: path)
        _ = try await newer.open(now: noon)
        try await newer.append([.make("written by the newer program")])
        try await newer.close()
        let restored = try DatabaseFile.restore(path + ".v1", to: path, now: noon)
        #expect(restored.file.version == 1)
        // The program that was there before opens it, and takes in what runs as one without a memory does.
        let older = Ledger(path: path, schema: .first)
        #expect(try await !older.open(now: noon).isAdopted)
        try await older.close()
        // The newer one migrates it again, and knows that it was put there.
        let again = Ledger(path: path)
        #expect(try await again.open(now: noon).isAdopted == false)
    }

    @Test func theNewerProgramKnowsTheVersionThatWasPutBack() async throws {
        let connection = try Connection(path: path, access: .readWrite)
        try connection.script(Version1Fixture.script)
        try connection.close()
        let newer = Ledger(path: path)
        _ = try await newer.open(now: noon)
        try await newer.close()
        _ = try DatabaseFile.restore(path + ".v1", to: path, now: noon)
        #expect(try await Ledger(path: path).open(now: noon).restoration != nil)
    }

    struct Unusable: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let spoil: @Sendable (String) throws -> Void
    }

    static let unusable = [
        Unusable(testDescription: "cut off") { path in
            try write(Array(try bytes(of: path).dropLast(4096 * 2)), to: path)
        },
        Unusable(testDescription: "one page overwritten") { path in
            var content = try bytes(of: path)
            for index in 4096 * 3..<4096 * 4 { content[index] = 0xaa }
            try write(content, to: path)
        },
        Unusable(testDescription: "no database") { path in try write(Array("not at all".utf8), to: path) },
        Unusable(testDescription: "another program's") { path in
            unlink(path)
            try Connection(path: path, access: .readWrite).script("CREATE TABLE theirs (x)")
        },
        Unusable(testDescription: "of a newer program") { path in
            try Connection(path: path, access: .readWrite).script("PRAGMA user_version = 99")
        },
        Unusable(testDescription: "missing") { path in unlink(path) },
        Unusable(testDescription: "against our rules") { path in
            try Connection(path: path, access: .readWrite).script("UPDATE sqlite_sequence SET seq = 0")
        },
    ]

    @Test(arguments: unusable) func changesNothingForAFileThatIsOfNoUse(_ unusable: Unusable) async throws {
        try await live()
        try unusable.spoil(backup)
        let before = try bytes(of: path)
        #expect(throws: SQLiteError.self) { try DatabaseFile.restore(backup, to: path, now: noon) }
        #expect(try bytes(of: path) == before)
        #expect(scratch.names.filter { $0 != "backup.db" } == ["slipway.db", "slipway.db.mark"])
        #expect(try await Ledger(path: path).open(now: noon).restoration == nil)
    }

    @Test func aCopyIsOneFileForItsOwnerAlone() async throws {
        try await live()
        var found = stat()
        #expect(stat(backup, &found) == 0)
        #expect(found.st_mode & 0o777 == 0o600)
        #expect(try DatabaseFile.examine(backup).copiedAt == noon)
        #expect(scratch.names.filter { $0.hasPrefix("backup") } == ["backup.db"])
    }
}
