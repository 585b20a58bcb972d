import Model
import SQLite
import TestSupport
import Testing

@testable import Store

/// Reads that happen at every start or every pass find their rows by an index, however large the tables are.
struct QueryPlanTests {
    struct Query: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: String
        let parameters: Int
        var testDescription: String { name }
    }

    static let queries = [
        Query(name: "knownRefs", sql: Ledger.knownRefsQuery, parameters: 1),
        Query(name: "environments", sql: Ledger.environmentsQuery, parameters: 1),
        Query(name: "release", sql: Ledger.releaseQuery, parameters: 2),
        Query(name: "image", sql: Ledger.imageQuery, parameters: 2),
        Query(name: "unfinishedBuilds", sql: Ledger.unfinishedBuildsQuery, parameters: 0),
        Query(name: "unfinishedDeployments", sql: Ledger.unfinishedDeploymentsQuery, parameters: 0),
        Query(name: "environmentDeployments", sql: Ledger.environmentDeploymentsQuery, parameters: 3),
        Query(name: "projectDeployments", sql: Ledger.projectDeploymentsQuery, parameters: 2),
        Query(name: "toldStatuses", sql: Ledger.toldStatusesQuery, parameters: 1),
        Query(name: "commentReads", sql: Ledger.commentReadsQuery, parameters: 1),
        Query(name: "commands", sql: Ledger.commandsQuery, parameters: 1),
        Query(name: "toldDeployments", sql: Ledger.toldDeploymentsQuery, parameters: 1),
        Query(name: "pullRequests", sql: Ledger.pullRequestsQuery, parameters: 1),
        Query(name: "unsettledDeliveries", sql: Ledger.unsettledDeliveriesQuery, parameters: 0),
        Query(name: "settleDeliveries", sql: Ledger.settleQuery, parameters: 5),
        Query(name: "openAnnouncements", sql: Ledger.openAnnouncementsQuery, parameters: 1),
        Query(name: "anyDelivery", sql: Ledger.anyDeliveryQuery, parameters: 1),
        Query(name: "silence", sql: Ledger.silenceQuery, parameters: 1),
        Query(name: "pendingNotices", sql: Ledger.pendingNoticesQuery, parameters: 0),
        Query(name: "eventsOfProject", sql: Ledger.eventsQuery(ofProject: true, isNewestFirst: true), parameters: 3),
        Query(name: "eventsAfter", sql: Ledger.eventsQuery(ofProject: false, isNewestFirst: false), parameters: 2),
    ]

    @Test(arguments: queries) func readsNoWholeTable(query: Query) async throws {
        let scratch = try TemporaryDirectory()
        let ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
        let plan = try await ledger.plan(of: query)
        #expect(!plan.isEmpty)
        for line in plan where !line.hasPrefix("LIST SUBQUERY") && !line.contains("json_each") {
            // A partial index is read from end to end, and holds nothing but what is asked for.
            #expect(
                line.hasPrefix("SEARCH ") || line.contains("_unfinished") || line.contains("_unsettled")
                    || line.contains("_pending"), "\(line)")
        }
    }

    @Test func readsAFewOfAHundredThousandDeployments() async throws {
        let scratch = try TemporaryDirectory()
        let ledger = Ledger(path: scratch.path + "/ledger.db")
        _ = try await ledger.open(now: noon)
        let template = try await ledger.makeDeployment(.replaced)
        try await ledger.script(
            """
            WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000)
            INSERT INTO deployments (project, environment, state, is_final, record)
            SELECT 'shop', 'e' || (x % 100), 'replaced', 1, record
            FROM n, deployments WHERE number = \(template.number) AND x > 0
            """)
        let cut = try await ledger.makeDeployment(.starting)
        try await ledger.close()
        #expect(try await ledger.open(now: noon).epoch == 2)
        #expect(try await ledger.unfinishedDeployments() == [cut])
        #expect(try await ledger.deployments(of: .shop, environment: .make("e7"), limit: 1).count == 1)
        #expect(try await ledger.deployments(of: .shop, environment: nil, limit: 20).count == 20)
        try await ledger.retain(now: noon)
        #expect(try await ledger.unfinishedDeployments() == [cut])
    }
}

extension Ledger {
    fileprivate func plan(of query: QueryPlanTests.Query) throws(SQLiteError) -> [String] {
        try read { (connection) throws(SQLiteError) in
            let values = [Value](repeating: .null, count: query.parameters)
            return try connection.rows("EXPLAIN QUERY PLAN " + query.sql, values) { $0.text(3) }
        }
    }
}
