import FoundationEssentials
import Glibc
import HTTPClient
import Model
import SQLite
import Testing

/// What disks and strangers do to the records of a real daemon.
@Suite(.serialized) struct RecordsFaultTests {
    /// F-D4.
    @Test func aSyncThatFailsEndsTheDaemonAtOnceAndNothingMoreIsAcknowledged() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        #expect(bare.deliver("before")?.status == 202)
        let pid = bare.daemon.pid
        try await bare.tampering("fdatasync:error=EIO", "fsync:error=EIO") {
            #expect(bare.deliver("lost") == nil)
            #expect(bare.deliver("later") == nil)
            try await bare.eventually("the daemon has ended") { kill(pid, 0) != 0 }
        }
        #expect(bare.daemon.lines(saying: "the records cannot be trusted any more, so the daemon ends") == 1)
        try await bare.start()
        #expect(bare.deliver("after")?.status == 202)
        let delivered = try bare.delivered()
        #expect(delivered.isSuperset(of: ["before", "after"]))
    }

    /// F-D3, for the records: no space, no quota.
    @Test(arguments: ["ENOSPC", "EDQUOT"])
    func aFullDiskIsNoReasonToEndAndPassesByItself(error: String) async throws {
        let bare = try BareDaemon()
        try await bare.start()
        #expect(bare.deliver("before")?.status == 202)
        try await bare.tampering("pwrite64:error=\(error)") {
            for number in 0..<5 {
                let answer = try #require(bare.deliver("refused \(number)"))
                #expect(answer.status == 503)
                #expect(answer.headers.contains { $0.name.lowercased() == "retry-after" })
            }
            #expect(bare.ask("GET", "/api/v1/status")?.status == 200)
            let ready = try #require(bare.ask("GET", "/readyz"))
            #expect(ready.status == 503)
        }
        #expect(bare.deliver("after")?.status == 202)
        #expect(try bare.delivered() == ["before", "after"])
    }

    /// F-D7.
    @Test func aDiskThatCanOnlyBeReadIsReadAndNotWritten() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        #expect(bare.deliver("before")?.status == 202)
        try await bare.tampering("pwrite64:error=EROFS") {
            #expect(bare.deliver("refused")?.status == 503)
            #expect(bare.ask("GET", "/api/v1/projects/shop/history")?.status == 200)
            #expect(bare.ask("GET", "/api/v1/status")?.status == 200)
        }
        #expect(bare.deliver("after")?.status == 202)
        #expect(try bare.delivered() == ["before", "after"])
    }

    /// F-D5.
    @Test func aLockThatSomebodyHoldsDelaysDeliveriesAndNothingElse() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        let stranger = try Connection(path: bare.database, access: .readWrite)
        try stranger.run("BEGIN IMMEDIATE")
        let start = ContinuousClock.now
        let answer = try #require(bare.deliver("refused"))
        print("a delivery was refused after \(ContinuousClock.now - start)")
        #expect(answer.status == 503)
        #expect(bare.ask("GET", "/api/v1/status")?.status == 200)
        #expect(bare.ask("GET", "/api/v1/projects/shop/history")?.status == 200)
        try stranger.run("COMMIT")
        #expect(bare.deliver("after")?.status == 202)
        #expect(try bare.delivered() == ["after"])
    }

    /// F-D8.
    @Test func theRecordsOfANewerProgramAreRefused() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        bare.daemon.stop()
        try Connection(path: bare.database, access: .readWrite).script("PRAGMA user_version = 99")
        let ending = try bare.daemon.serveToTheEnd()
        #expect(ending.status == 1)
        #expect(ending.errorOutput.contains("has schema version 99, this program knows up to "))
    }

    /// H-2: killed at every call by which a delivery gets to the disk; the table shows what is found after it.
    @Test func aKillAtAnyCallOfADeliveryLosesNothingThatWasAcknowledged() async throws {
        let bare = try BareDaemon()
        var table: [String] = []
        for call in 1...8 {
            try await bare.start()
            let pid = bare.daemon.pid
            var isAcknowledged = false
            try await bare.tampering("pwrite64,fdatasync,fsync,ftruncate,unlink:signal=SIGKILL:when=\(call)") {
                isAcknowledged = bare.deliver("call \(call)")?.status == 202
                if !isAcknowledged { try await bare.eventually("it was killed") { kill(pid, 0) != 0 } }
            }
            bare.daemon.kill()
            let isThere = try bare.delivered().contains("call \(call)")
            table.append("\(call): \(isAcknowledged ? "acknowledged" : "killed"), \(isThere ? "there" : "not there")")
            #expect(isThere || !isAcknowledged)
        }
        try await bare.start()
        #expect(bare.deliver("after")?.status == 202)
        print(table.joined(separator: "\n"))
        // It was cut off on the way at least once, or the test has tried nothing.
        #expect(table.contains { $0.contains("killed") })
    }

    /// F-W1: killed amid thousands over several connections, which share writes: at any moment, and between a write's
    /// rows and its end. `Benchmarks/run kept` does it for a minute.
    @Test(arguments: [nil, "ingest.row.before_commit:300:hang"])
    func aKillAmidManyDeliveriesLosesNothingThatWasAcknowledged(_ failpoint: String?) async throws {
        let bare = try BareDaemon()
        bare.daemon.environment["SLIPWAY_FAILPOINT"] = failpoint
        try await bare.start()
        let storm = DeliveryStorm(connections: 8, bare.delivery())
        if failpoint == nil {
            try await bare.eventually("there were many") { storm.count >= 3000 }
        } else {
            var last = (count: 0, since: ContinuousClock.now)
            try await bare.eventually("it stands still amid a write") {
                if storm.count != last.count { last = (storm.count, .now) }
                return last.count >= 300 && .now - last.since > .milliseconds(300)
            }
        }
        bare.daemon.kill()
        let (acknowledged, refused) = storm.end()
        let lost = Set(acknowledged).subtracting(try bare.delivered())
        print("\(acknowledged.count) acknowledged, \(lost.count) of them lost")
        #expect(lost.isEmpty, "\(lost.sorted().prefix(5))")
        #expect(refused.isEmpty, "\(Set(refused))")
        // They are known to the next start: none is taken in twice.
        bare.daemon.environment["SLIPWAY_FAILPOINT"] = nil
        try await bare.start()
        let before = try bare.delivered().count
        #expect(bare.deliver(try #require(acknowledged.first))?.isSuccess == true)
        #expect(try bare.delivered().count == before)
    }
}
