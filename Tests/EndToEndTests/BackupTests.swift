import FoundationEssentials
import Glibc
import HTTPClient
import Model
import SQLite
import TestSupport
import Testing

/// The records copied, put back and confirmed, with the program that people use.
@Suite(.serialized) struct BackupTests {
    /// F-D11, in short: deliveries go on while copies are made, and each copy has all that was acknowledged before.
    @Test func aBackupHasEverythingThatWasAcknowledgedBeforeIt() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        let file = bare.path("backup.db")
        for round in 0..<3 {
            for number in 0..<20 { #expect(bare.deliver("\(round)-\(number)")?.status == 202) }
            let start = ContinuousClock.now
            let ending = try bare.daemon.run("backup", file)
            print("a backup took \(ContinuousClock.now - start)")
            #expect(ending.status == 0, "\(ending.errorOutput)")
            #expect(ending.output.contains("no secret and no key is in it"))
            let copy = try Connection(path: file, access: .readOnly)
            #expect(try copy.first("PRAGMA integrity_check") { $0.text(0) } == "ok")
            #expect(try copy.first("SELECT count(*) FROM deliveries") { Int($0.integer(0)) } == (round + 1) * 20)
        }
        var found = stat()
        #expect(stat(file, &found) == 0)
        #expect(found.st_mode & 0o777 == 0o600)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bare.path("state")).allSatisfy { $0 != "backup.db" })
    }

    @Test func aRestorationIsRefusedWhileTheDaemonRunsAndWaitsForAPersonAfter() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        let (file, config) = (bare.path("backup.db"), bare.path("config.yml"))
        #expect(try bare.daemon.run("backup", file).status == 0)
        #expect(bare.deliver("after the backup")?.status == 202)
        #expect(try bare.daemon.run("restore", file, "--config", config).status == 75)
        bare.daemon.stop()
        let restored = try bare.daemon.run("restore", file, "--config", config)
        #expect(restored.status == 0, "\(restored.errorOutput)")
        #expect(restored.output.contains("slipway approve shop restore"))
        #expect(restored.output.contains("slipway.db.replaced-"))
        try await bare.start()
        #expect(bare.daemon.lines(saying: "the records were put back") == 1)
        #expect(try bare.delivered().isEmpty)
        #expect(try bare.daemon.run("approve", "shop", "restore").status == 0)
        #expect(try bare.daemon.run("approve", "shop", "restore").status == 7)
        bare.daemon.kill()
        try await bare.start()
        #expect(try bare.daemon.run("approve", "shop", "restore").status == 7)
    }

    /// F-S3: a start reads what it needs, and pages what they show, however long the history is.
    @Test func aLongHistoryDelaysNeitherTheStartNorAPage() async throws {
        let bare = try BareDaemon()
        try await bare.start()
        bare.daemon.kill()
        try fill(bare.database)
        let start = ContinuousClock.now
        try await bare.start()
        print("ready \(ContinuousClock.now - start) after kill -9, with 100,000 deployments")
        for path in ["/api/v1/status", "/api/v1/projects/shop/history?limit=50", "/api/v1/events?limit=50"] {
            let asked = ContinuousClock.now
            #expect(bare.ask("GET", path)?.status == 200)
            print("\(path) took \(ContinuousClock.now - asked)")
        }
        let readyIn = ContinuousClock.now - start
        // Ten times the figure of BENCHMARKS.md, which a release build on a quiet machine keeps to.
        #expect(readyIn < .seconds(15))
    }

    /// A history of 100,000 deployments and as many events.
    private func fill(_ database: String) throws {
        let connection = try Connection(path: database, access: .readWrite)
        try connection.transaction { (connection) throws(SQLiteError) in
            try connection.script(
                """
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000)
                INSERT INTO deployments (project, environment, state, is_final, release, record)
                SELECT 'shop', 'e' || (x % 100), 'replaced', 1, printf('%064x', x % 1000), json_object(
                    'number', x, 'environment', json_object('project', 'shop', 'name', 'e' || (x % 100)),
                    'kind', 'preview', 'commit', printf('%040x', x), 'cause', 'branch main moved to 1a2b3c4',
                    'state', 'replaced', 'built', json('true'), 'queuedAt', '2026-01-31T09:05:00.123Z',
                    'steps', json_array(), 'note', printf('%.*c', 600, 'x')) FROM n;
                WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000)
                INSERT INTO events (at, project, environment, kind, message)
                SELECT 1700000000000, 'shop', 'e' || (x % 100), 'deployment.live', printf('%.*c', 80, 'm') FROM n;
                """)
        }
    }
}
