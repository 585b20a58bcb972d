import Glibc
import TestSupport
import Testing

@testable import Store

struct DatabaseLockTests {
    let scratch: TemporaryDirectory

    init() throws { scratch = try TemporaryDirectory() }

    @Test(arguments: ["slipway.db", "another.db"])
    func namesItsHolderToWhoeverComesByAnyName(name: String) throws {
        let path = scratch.path + "/slipway.db"
        try DatabaseLock.take(path)
        if name != "slipway.db" { #expect(link(path, scratch.path + "/" + name) == 0) }
        do throws(StateLockError) {
            try DatabaseLock.take(scratch.path + "/" + name)
            Issue.record("it was taken twice")
        } catch {
            guard case .held(let holder) = error else { throw error }
            #expect(holder.pid == getpid())
            #expect("\(error)".hasPrefix("the database \(scratch.path)/\(name) is held by process \(getpid())"))
        }
    }

    /// SQLite uses fcntl(2): a database under our lock is opened, written and read by SQLite as ever.
    @Test func isNotInTheWayOfSQLite() async throws {
        let path = scratch.path + "/slipway.db"
        try DatabaseLock.take(path)
        let ledger = Ledger(path: path)
        #expect(try await ledger.open(now: noon).isNew)
        try await ledger.setInstance("abc")
        let other = Ledger(path: path)
        _ = try await other.open(now: noon)
        #expect(try await other.instance() == "abc")
    }

    @Test func readsTheKernelsTable() {
        let table = """
            1: POSIX  ADVISORY  WRITE 11 00:2a:77 0 EOF
            2: FLOCK  ADVISORY  WRITE 12 00:2a:78 0 EOF
            2: -> FLOCK  ADVISORY  WRITE 13 00:2a:77 0 EOF
            3: FLOCK  ADVISORY  WRITE 14 00:2a:77 0 EOF
            4: FLOCK  ADVISORY  WRITE -1 00:2a:79 0 EOF
            """
        #expect(DatabaseLock.holder(of: 77, in: table) == 14)
        #expect(DatabaseLock.holder(of: 79, in: table) == nil)
        #expect(DatabaseLock.holder(of: 80, in: table) == nil)
    }
}
