import Model
import SQLite
import TestSupport
import Testing

@testable import Store

struct RetentionTests {
    let scratch: TemporaryDirectory
    let ledger: Ledger

    init() async throws {
        scratch = try TemporaryDirectory()
        ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
    }

    @Test func keepsTheNewestEventsOfEachProject() async throws {
        try await ledger.append([.make("the daemon's", project: nil), .make("quiet", project: .make("blog"))])
        let total = Int(Ledger.eventLimit) + 50
        try await ledger.append((0..<total).map { .make("\($0)") })
        try await ledger.retain(now: noon)
        let kept = try await ledger.events(project: .shop, after: 0, limit: total * 2)
        #expect(kept.count == Int(Ledger.eventLimit))
        #expect(kept.last?.message == "\(total - 1)")
        #expect(try await ledger.events(project: .make("blog"), after: nil, limit: 9).count == 1)
        #expect(try await ledger.count("events") == Ledger.eventLimit + 2)
    }

    @Test func trimsEventsByItself() async throws {
        let total = Int(Ledger.eventLimit + 2 * Ledger.trimInterval)
        try await ledger.append((0..<total).map { .make("\($0)") })
        #expect(try await ledger.count("events") < Ledger.eventLimit + Ledger.trimInterval)
    }

    @Test func keepsDeliveriesThatAreYoungFewOrUnsettled() async throws {
        let later = noon.advanced(by: Ledger.deliveryAge + .seconds(1))
        _ = try await ledger.record(.make("old"))
        _ = try await ledger.record(.make("old but open"))
        _ = try await ledger.record(.make("young", at: later))
        try await ledger.settle(1, outcome: "done")
        try await ledger.settle(3, outcome: "done")
        try await ledger.retain(now: later)
        #expect(try await ledger.deliveries(limit: 9).map(\.deliveryID) == ["young", "old but open"])
    }

    @Test func trimsDeliveriesByItself() async throws {
        let last = Ledger.deliveryLimit / Ledger.trimInterval * Ledger.trimInterval + 2 * Ledger.trimInterval
        let surplus = last - Ledger.deliveryLimit
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT \(surplus + 100))
            INSERT INTO deliveries (project, host, delivery_id, event, received_at, outcome)
            SELECT 'shop', 'github', 'n' || x, 'push', \(noon.milliseconds), 'done' FROM n;
            INSERT INTO deliveries (sequence, project, host, delivery_id, event, received_at, outcome)
            VALUES (\(last - 1), 'shop', 'github', 'newest', 'push', \(noon.milliseconds), 'done')
            """)
        #expect(try await ledger.record(.make("last")) == .stored(sequence: last))
        #expect(try await ledger.count("deliveries") == 102)
    }

    @Test func keepsTheNewestBuildsAndThoseThatRun() async throws {
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1500)
            INSERT INTO builds (project, is_final, record) SELECT 'shop', x <> 7, '{}' FROM n
            """)
        let build = try await ledger.beginBuild(
            project: .shop, service: "web", key: .make(1), commit: .make(1), at: noon)
        #expect(build.number == 1501)
        #expect(try await ledger.count("builds") == Ledger.buildLimit + 1)
        #expect(try await ledger.count("builds WHERE number = 7") == 1)
    }

    @Test func keepsTheNewestDeploymentsAndTheOneThatIsLive() async throws {
        let live = try await ledger.makeDeployment(.live)
        let other = try await ledger.makeDeployment(.failed, in: EnvironmentID(project: .shop, name: .production))
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1500)
            INSERT INTO deployments (project, environment, state, is_final, record)
            SELECT 'shop', 'staging', 'failed', 1, '{}' FROM n
            """)
        _ = try await ledger.makeDeployment()
        #expect(try await ledger.count("deployments WHERE environment = 'staging'") == Ledger.deploymentLimit + 1)
        #expect(try await ledger.deployment(live.number) == live)
        #expect(try await ledger.deployment(other.number) == other)
    }

    @Test func boundsTheHistoryOfEnvironmentsThatAreGone() async throws {
        try await ledger.save(EnvironmentRecord.make())
        let kept = try await ledger.makeDeployment(.failed)
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1500)
            INSERT INTO deployments (project, environment, state, is_final, record)
            SELECT 'shop', 'preview-' || x, 'cancelled', 1, '{}' FROM n
            """)
        try await ledger.retain(now: noon)
        #expect(try await ledger.count("deployments") == Ledger.orphanLimit + 1)
        #expect(try await ledger.deployment(kept.number) == kept)
    }

    @Test func keepsEveryReleaseThatIsNamedSomewhere() async throws {
        for number in 1...4 { try await ledger.save(.make(number), of: .shop, commit: .make(number)) }
        _ = try await ledger.makeDeployment(.failed, release: .make(1))
        var staging = EnvironmentRecord.make()
        staging.live = .init(
            release: .make(2), content: .make(1), configuration: .make(3), commit: .make(4), since: noon, deployment: 5)
        staging.healthy = [.init(commit: .make(4), content: .make(2), release: .make(3), at: noon)]
        try await ledger.save(staging)
        try await ledger.save(.make(.production))
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1000)
            INSERT INTO releases (project, id, content, record) SELECT 'shop', 'n' || x, 'c', '{}' FROM n
            """)
        try await ledger.retain(now: noon)
        for number in 1...3 { #expect(try await ledger.release(.make(number), of: .shop) == .make(number)) }
        #expect(try await ledger.release(.make(4), of: .shop) == nil)
        #expect(try await ledger.count("releases") == 1003)
        #expect(try await ledger.count("release_commits") == 3)
    }
}
