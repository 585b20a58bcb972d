import SQLite
import TestSupport
import Testing

struct TransactionTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/test.db"
    }

    func open() throws -> Connection {
        let connection = try Connection(path: path, access: .readWrite)
        try connection.script("PRAGMA foreign_keys = ON; CREATE TABLE t (x INTEGER PRIMARY KEY, text TEXT)")
        return connection
    }

    func expectCount(_ connection: borrowing Connection, _ expected: Int64) throws {
        let count = try connection.first("SELECT count(*) FROM t") { $0.integer(0) }
        #expect(count == expected)
    }

    @Test func keepsWhatItsBodyDidAndReturnsItsResult() throws {
        let connection = try open()
        let changed = try connection.transaction { (connection) throws(SQLiteError) in
            try connection.run("INSERT INTO t (x) VALUES (1), (2)")
        }
        #expect(changed == 2)
        let last = connection.lastInsertedRowID
        #expect(last == 2)
        expectIdle(connection)
        try expectCount(connection, 2)
    }

    @Test func takesEverythingBackWhenItsBodyThrows() throws {
        let connection = try open()
        let given = SQLiteError(code: .generic, call: "test", message: "given up")
        #expect(throws: given) {
            try connection.transaction { (connection) throws(SQLiteError) in
                try connection.run("INSERT INTO t (x) VALUES (1)")
                throw given
            }
        }
        expectIdle(connection)
        try expectCount(connection, 0)
    }

    @Test func takesEverythingBackWhenTheCommitFails() throws {
        let connection = try open()
        try connection.script("CREATE TABLE child (x INTEGER REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)")
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction { (connection) throws(SQLiteError) in
                try connection.run("INSERT INTO t (x) VALUES (1)")
                try connection.run("INSERT INTO child VALUES (2)")
            }
        }
        #expect(error?.code.primary == .constraint)
        expectIdle(connection)
        try expectCount(connection, 0)
    }

    @Test func isUsableAfterTheDiskWasFull() throws {
        let connection = try open()
        try connection.script("PRAGMA max_page_count = 16")
        let large = Value.text(String(repeating: "x", count: 200_000))
        let error = #expect(throws: SQLiteError.self) {
            try connection.transaction { (connection) throws(SQLiteError) in
                try connection.run("INSERT INTO t (x) VALUES (1)")
                try connection.run("INSERT INTO t (text) VALUES (?)", [large])
            }
        }
        #expect(error == SQLiteError(code: .full, call: "sqlite3_step", message: "database or disk is full"))
        expectIdle(connection)
        try expectCount(connection, 0)
        try connection.script("PRAGMA max_page_count = 1000000")
        try connection.transaction { (connection) throws(SQLiteError) in
            try connection.run("INSERT INTO t (text) VALUES (?)", [large])
        }
        try expectCount(connection, 1)
    }
}

// `#expect` cannot look into a value that is not copyable, hence a function with a local constant.
func expectIdle(_ connection: borrowing Connection) {
    let isInTransaction = connection.isInTransaction
    #expect(!isInTransaction)
}
