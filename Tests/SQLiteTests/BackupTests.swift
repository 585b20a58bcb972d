import SQLite
import TestSupport
import Testing

struct BackupTests {
    let scratch: TemporaryDirectory

    init() throws { scratch = try TemporaryDirectory() }

    func source(rows: Int) throws -> Connection {
        let connection = try Connection(path: scratch.path + "/source.db", access: .readWrite)
        try connection.script("PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER PRIMARY KEY, text TEXT)")
        try connection.transaction { (connection) throws(SQLiteError) in
            for _ in 0..<rows { try connection.run("INSERT INTO t (text) VALUES (hex(randomblob(500)))") }
        }
        return connection
    }

    @Test func copiesOneMomentWhileAnotherConnectionWrites() throws {
        let writer = try source(rows: 3000)
        let reader = try Connection(path: scratch.path + "/source.db", access: .readOnly)
        var steps = 0
        try reader.backup(to: scratch.path + "/copy.db") {
            steps += 1
            return (try? writer.run("INSERT INTO t (text) VALUES ('late')")) == 1
        }
        #expect(steps > 2)
        let copy = try Connection(path: scratch.path + "/copy.db", access: .readOnly)
        #expect(try copy.first("PRAGMA integrity_check") { $0.text(0) } == "ok")
        #expect(try copy.first("SELECT count(*) FROM t") { $0.integer(0) } == 3000)
        #expect(try writer.first("SELECT count(*) FROM t") { $0.integer(0) } == Int64(3000 + steps))
    }

    @Test func endsWhenItIsTold() throws {
        let connection = try source(rows: 3000)
        let path = scratch.path + "/copy.db"
        #expect(
            throws: SQLiteError(code: .interrupted, call: "sqlite3_backup_step: \(path)", message: "interrupted")
        ) { try connection.backup(to: path) { false } }
        expectIdle(connection)
    }

    @Test func saysWhereItCannotCopyTo() throws {
        let connection = try source(rows: 1)
        let error = #expect(throws: SQLiteError.self) { try connection.backup(to: scratch.path + "/missing/copy.db") }
        #expect(error?.code.primary == .cannotOpen)
    }
}
