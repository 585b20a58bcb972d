import Glibc
import Lifecycle
import TestSupport
import Testing

@testable import Store

struct EpochWatchTests {
    let scratch: TemporaryDirectory
    let path: String

    init() throws {
        scratch = try TemporaryDirectory()
        path = scratch.path + "/ledger.db"
    }

    @Test func seesThatAnotherDaemonOpenedTheRecords() async throws {
        let ledger = Ledger(path: path)
        let watch = EpochWatch(path: path, epoch: try await ledger.open(now: noon).epoch)
        #expect(try await watch.look() == .ours)
        try await ledger.markAdopted()
        #expect(try await watch.look() == .ours)
        let other = Ledger(path: path)
        let taken = try await other.open(now: noon).epoch
        #expect(try await watch.look() == .taken(epoch: taken))
    }

    /// The inode of what was opened lives on, and says for ever that all is well.
    @Test(arguments: [true, false])
    func seesThatTheFileIsAnotherOne(isPutInPlace: Bool) async throws {
        let ledger = Ledger(path: path)
        let watch = EpochWatch(path: path, epoch: try await ledger.open(now: noon).epoch)
        #expect(try await watch.look() == .ours)
        rename(path, path + ".away")
        if isPutInPlace { try write([1, 2, 3], to: path) }
        #expect(try await watch.look() == .replaced)
        rename(path + ".away", path)
        #expect(try await watch.look() == .ours)
    }

    @Test func doesNotWaitForATransaction() async throws {
        let ledger = Ledger(path: path)
        let watch = EpochWatch(path: path, epoch: try await ledger.open(now: noon).epoch)
        _ = try await watch.look()
        let begun = StopSignal()
        let looked = StopSignal()
        async let transaction: Void = ledger.holdingATransaction(begun: begun, until: looked)
        await withCheckedContinuation { continuation in begun.onRaise { continuation.resume() } }
        #expect(try await watch.look() == .ours)
        looked.raise()
        try await transaction
    }
}

extension Ledger {
    /// Stays inside a transaction until the signal is raised.
    fileprivate func holdingATransaction(begun: StopSignal, until end: StopSignal) throws {
        try write { connection in
            begun.raise()
            while !end.isRaised { usleep(1000) }
        }
    }
}
