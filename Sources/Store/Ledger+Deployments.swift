import Lifecycle
package import Model
package import SQLite

extension Ledger {
    /// How many ended deployments are kept of each environment.
    static let deploymentLimit: Int64 = 1000

    /// Records that a deployment was asked for, and gives it its number.
    package func beginDeployment(
        environment: EnvironmentID, kind: EnvironmentKind, commit: ObjectID, ref: RefName?, cause: String,
        at: Timestamp
    ) throws(SQLiteError) -> Deployment {
        var deployment = Deployment(
            number: 0, environment: environment, kind: kind, commit: commit, ref: ref, cause: cause, queuedAt: at)
        let place = [Value.text(environment.project.rawValue), .text(environment.name.rawValue)]
        deployment.number = try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT INTO deployments (project, environment, state, is_final, record) VALUES (?, ?, ?, 0, ?)",
                place + [.text(deployment.state.rawValue), .text(try Coding.text(of: deployment))])
            let number = connection.lastInsertedRowID
            try connection.run(
                """
                DELETE FROM deployments WHERE project = ?1 AND environment = ?2 AND is_final = 1 AND state <> 'live'
                AND number <= (SELECT number FROM deployments WHERE project = ?1 AND environment = ?2
                    ORDER BY number DESC LIMIT 1 OFFSET ?3)
                """, place + [.integer(Self.deploymentLimit)])
            try Failpoint.pass("plan.intent.before_commit", SQLiteError.injected)
            return number
        }
        Failpoint.pass("plan.intent.after_commit")
        return deployment
    }

    /// Records how far a deployment is, with the environment it changed and what happened, in one transaction.
    ///
    /// A deployment that is live replaces the one that was live in its environment.
    package func save(
        _ deployment: Deployment, environment: EnvironmentRecord? = nil, replacing _: Int64? = nil,
        events: [NewEvent] = []
    ) throws(SQLiteError) {
        let isOutcome = deployment.state.isFinal || deployment.state == .live
        try write { (connection) throws(SQLiteError) in
            if deployment.state == .live {
                try Self.endLive(
                    in: deployment.environment, but: deployment.number, at: deployment.liveAt, connection)
            }
            try connection.run(
                "UPDATE deployments SET state = ?, is_final = ?, release = ?, record = ? WHERE number = ?",
                [
                    .text(deployment.state.rawValue), .flag(deployment.state.isFinal),
                    .optional(deployment.release?.hex), .text(try Coding.text(of: deployment)),
                    .integer(deployment.number),
                ])
            if let environment { try Self.upsert(environment, connection) }
            try Self.insert(events, connection)
            if isOutcome { try Failpoint.pass("deploy.final.before_commit", SQLiteError.injected) }
        }
        if isOutcome { Failpoint.pass("deploy.final.after_commit") }
    }

    /// Says of the live deployments of an environment, but that one, that they are no more.
    static func endLive(
        in environment: EnvironmentID, but number: Int64?, at moment: Timestamp?, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        let live = try connection.rows(
            liveDeploymentsQuery, [.text(environment.project.rawValue), .text(environment.name.rawValue)], deployment)
        for var previous in live where previous.number != number {
            previous.state = .replaced
            previous.endedAt = moment
            try connection.run(
                "UPDATE deployments SET state = ?, is_final = 1, record = ? WHERE number = ?",
                [.text(previous.state.rawValue), .text(try Coding.text(of: previous)), .integer(previous.number)])
        }
    }

    /// Sees to it that the deployment that an environment runs counts as live, and no other one there.
    ///
    /// It does already, unless the disk was full when it became live.
    static func noteLive(
        _ live: EnvironmentRecord.LiveRelease, in environment: EnvironmentID, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        let found = try connection.first(
            "SELECT number, record FROM deployments WHERE number = ?", [.integer(live.deployment)], deployment)
        guard var found, found.environment == environment, found.state != .live else { return }
        try endLive(in: environment, but: found.number, at: live.since, connection)
        found.state = .live
        found.release = live.release
        found.liveAt = live.since
        found.endedAt = nil
        try connection.run(
            "UPDATE deployments SET state = ?, is_final = 1, release = ?, record = ? WHERE number = ?",
            [
                .text(found.state.rawValue), .text(live.release.hex), .text(try Coding.text(of: found)),
                .integer(found.number),
            ])
    }

    /// The newest deployments of a project, or of one of its environments, newest first.
    package func deployments(
        of project: ProjectName, environment: EnvironmentName?, limit: Int
    ) throws(SQLiteError) -> [Deployment] {
        try read { (connection) throws(SQLiteError) in
            if let environment {
                try connection.rows(
                    Self.environmentDeploymentsQuery,
                    [.text(project.rawValue), .text(environment.rawValue), .integer(Int64(limit))], Self.deployment)
            } else {
                try connection.rows(
                    Self.projectDeploymentsQuery, [.text(project.rawValue), .integer(Int64(limit))], Self.deployment)
            }
        }
    }

    /// The deployment of that number.
    package func deployment(_ number: Int64) throws(SQLiteError) -> Deployment? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(
                "SELECT number, record FROM deployments WHERE number = ?", [.integer(number)], Self.deployment)
        }
    }

    /// The deployments that are neither live nor ended, oldest first: after a start, those that a crash cut off.
    package func unfinishedDeployments() throws(SQLiteError) -> [Deployment] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.unfinishedDeploymentsQuery, [], Self.deployment)
        }
    }

    static let environmentDeploymentsQuery = """
        SELECT number, record FROM deployments WHERE project = ? AND environment = ? ORDER BY number DESC LIMIT ?
        """
    static let projectDeploymentsQuery =
        "SELECT number, record FROM deployments WHERE project = ? ORDER BY number DESC LIMIT ?"
    static let liveDeploymentsQuery =
        "SELECT number, record FROM deployments WHERE project = ? AND environment = ? AND state = 'live'"
    static let unfinishedDeploymentsQuery =
        "SELECT number, record FROM deployments WHERE is_final = 0 ORDER BY number"

    private static func deployment(_ row: borrowing Statement) throws(SQLiteError) -> Deployment {
        var deployment = try row.record(Deployment.self, 1, of: "deployment \(row.integer(0))")
        deployment.number = row.integer(0)
        return deployment
    }
}
