import Dispatch
import Glibc
import SQLite
import Synchronization
import TestSupport
import Testing

struct ConnectionTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/test.db"
    }

    func open(_ access: Connection.Access = .readWrite, busyTimeout: Duration = .zero) throws -> Connection {
        try Connection(path: path, access: access, busyTimeout: busyTimeout)
    }

    @Test(
        arguments: [
            .null, .integer(0), .integer(.max), .integer(.min), .text(""), .text("naïve\0 zero 🚢"), .blob([]),
            .blob([0, 255, 0]),
        ] as [Value])
    func givesBackWhatWasBound(value: Value) throws {
        let connection = try open()
        let found = try connection.first("SELECT ?1, typeof(?1)", [value]) { row -> Value in
            switch row.text(1) {
            case "integer": .integer(row.integer(0))
            case "text": .text(row.text(0))
            case "blob": .blob(row.bytes(0))
            default: .optional(row.optionalText(0))
            }
        }
        #expect(found == value)
    }

    @Test func givesBackMegabytes() throws {
        let connection = try open()
        let large = [UInt8](repeating: 7, count: 3 << 20)
        let found = try connection.first("SELECT ?", [.blob(large)]) { $0.bytes(0) }
        let isSame = found == large
        #expect(isSame)
    }

    @Test func tellsNullFromEmpty() throws {
        let connection = try open()
        try connection.first("SELECT NULL, '', x'', 0") { row in
            #expect(row.optionalText(0) == nil)
            #expect(row.optionalBytes(0) == nil)
            #expect(row.optionalInteger(0) == nil)
            #expect(row.optionalText(1)?.isEmpty == true)
            #expect(row.optionalBytes(2)?.isEmpty == true)
            #expect(row.optionalInteger(3) == 0)
        }
    }

    @Test func lendsTheSameStatementInsideItsOwnLoop() throws {
        let connection = try open()
        let sql = "SELECT value FROM (SELECT 1 AS value UNION ALL SELECT 2)"
        let pairs = try connection.rows(sql) { outer throws(SQLiteError) in
            let first = outer.integer(0)
            return try connection.rows(sql) { [first, $0.integer(0)] }
        }
        #expect(pairs == [[[1, 1], [1, 2]], [[2, 1], [2, 2]]])
    }

    @Test func runsMoreTextsThanItKeeps() throws {
        let connection = try open()
        for number in 0..<500 {
            #expect(try connection.first("SELECT \(number)") { $0.integer(0) } == Int64(number))
        }
    }

    @Test func namesTheExtendedCodeTheCallAndTheCause() throws {
        let connection = try open()
        try connection.script("CREATE TABLE t (x INTEGER UNIQUE); INSERT INTO t VALUES (1);")
        #expect(
            throws: SQLiteError(
                code: .init(rawValue: 2067), call: "sqlite3_step", message: "UNIQUE constraint failed: t.x")
        ) { try connection.run("INSERT INTO t VALUES (?)", [.integer(1)]) }
        #expect(
            throws: SQLiteError(
                code: .generic, call: "sqlite3_prepare_v3: SELECT missing", message: "no such column: missing")
        ) { try connection.run("SELECT missing") }
    }

    @Test func takesNoDoubleQuotedTextForAString() throws {
        let connection = try open()
        #expect(throws: SQLiteError.self) { try connection.run("SELECT \"missing\"") }
    }

    @Test func makesTheFileForItsOwnerAlone() throws {
        let connection = try open()
        try connection.script("PRAGMA journal_mode = WAL; CREATE TABLE t (x);")
        for name in ["test.db", "test.db-wal", "test.db-shm"] {
            var status = stat()
            #expect(stat("\(scratch.path)/\(name)", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(name)")
        }
        try connection.close()
    }

    @Test func saysWhichFileCannotBeOpened() throws {
        let missing = scratch.path + "/missing/test.db"
        #expect(
            throws: SQLiteError(
                code: .cannotOpen, call: "sqlite3_open_v2: \(missing)", message: "unable to open database file")
        ) { _ = try Connection(path: missing, access: .readWrite) }
    }

    @Test func refusesToWriteWhenOpenedForReading() throws {
        try open().script("CREATE TABLE t (x)")
        let reader = try open(.readOnly)
        #expect(
            throws: SQLiteError(
                code: .readOnly, call: "sqlite3_step", message: "attempt to write a readonly database")
        ) { try reader.run("INSERT INTO t VALUES (1)") }
    }

    @Test func saysThatAFileIsNoDatabase() throws {
        let file = try #require(fopen(path, "w"))
        fputs(String(repeating: "This is no database. ", count: 100), file)
        fclose(file)
        let connection = try open()
        let error = #expect(throws: SQLiteError.self) { try connection.run("PRAGMA user_version") }
        #expect(error?.code == .notADatabase)
    }

    @Test func givesUpWhenAnotherConnectionKeepsTheLock() throws {
        let first = try open()
        try first.script("CREATE TABLE t (x)")
        try first.transaction { connection throws(SQLiteError) in
            try connection.run("INSERT INTO t VALUES (1)")
            let error = #expect(throws: SQLiteError.self) { try open().transaction { _ in } }
            #expect(error?.code == .busy)
        }
    }

    @Test func isInterruptedFromAnotherThread() throws {
        let connection = try open()
        let loop = InterruptionLoop(connection.interruption)
        loop.start()
        let error = #expect(throws: SQLiteError.self) {
            try connection.run("WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n")
        }
        loop.stop()
        #expect(error?.code == .interrupted)
        #expect(try connection.first("SELECT 1") { $0.integer(0) } == 1)
    }

    @Test func ignoresAnInterruptionAfterItsEnd() throws {
        let connection = try open()
        let interruption = connection.interruption
        try connection.close()
        interruption.interrupt()
    }

    @Test func leaksNoHandleInAThousandOpenings() throws {
        for _ in 0..<1000 {
            let connection = try open()
            try connection.run("CREATE TABLE IF NOT EXISTS t (x UNIQUE)")
            #expect(throws: SQLiteError.self) { try connection.run("SELECT missing") }
        }
        for _ in 0..<1000 {
            #expect(throws: SQLiteError.self) {
                _ = try Connection(path: scratch.path + "/missing/test.db", access: .readWrite)
            }
        }
        #expect(scratch.openDescriptors == 0)
    }

    // sqlite3_close refuses to close while a statement is left over, so this tells of any that leaked.
    @Test func leaksNoStatementThatFailed() throws {
        let connection = try open()
        try connection.script("CREATE TABLE t (x UNIQUE); INSERT INTO t VALUES (1);")
        for _ in 0..<1000 {
            #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO t VALUES (1)") }
            #expect(throws: SQLiteError.self) {
                _ = try connection.rows("SELECT x FROM t") { _ throws(SQLiteError) in
                    throw SQLiteError(code: .generic, call: "test", message: "given up")
                }
            }
        }
        try connection.close()
        #expect(scratch.openDescriptors == 0)
    }
}

/// Interrupts a connection over and over, on a thread of its own, until it is stopped.
private final class InterruptionLoop: Sendable {
    private let interruption: Interruption
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ interruption: Interruption) { self.interruption = interruption }

    func start() {
        DispatchQueue.global().async { [self] in
            while !isStopped.load(ordering: .relaxed) { interruption.interrupt() }
            ended.signal()
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
    }
}
