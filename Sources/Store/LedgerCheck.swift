import Model
import SQLite

/// What must hold in every database that is opened: SQLite's own checks, and what no transaction of ours leaves behind.
enum LedgerCheck {
    /// How much is looked at.
    enum Depth: Sendable, Hashable {
        /// Every page once, the order of each table, and our own rules where an index leads to the rows:
        /// 0.15 s with 100,000 deployments.
        case quick
        /// Also every entry of every index, and every row.
        case full
    }

    /// One of our own rules.
    struct Rule: Sendable {
        /// What holds, in words.
        let claim: String
        /// Gives the rows for which it does not hold, as a text each.
        let violations: String
        /// Whether it reads whole tables that grow.
        let isLong: Bool

        init(_ claim: String, isLong: Bool = false, _ violations: String) {
            self.claim = claim
            self.violations = violations
            self.isLong = isLong
        }
    }

    /// Our own rules. None of them depends on what Git or the engine say.
    static let rules: [Rule] = [
        Rule(
            "there is one row of marks, and its epoch counts openings",
            "SELECT 'meta' WHERE (SELECT count(*) FROM meta WHERE id = 1 AND epoch >= 0) <> 1"),
        Rule(
            "a record of an environment is about that environment",
            """
            SELECT project || '/' || name FROM environments
            WHERE json_extract(record, '$.id.project') IS NOT project OR json_extract(record, '$.id.name') IS NOT name
            """),
        // Deployment 0: adopted from what was found running.
        Rule(
            "what an environment runs was made live by a deployment of that environment, which nothing has replaced",
            """
            SELECT project || '/' || name FROM environments
            WHERE coalesce(json_extract(record, '$.live.deployment'), 0) <> 0 AND NOT EXISTS (
                SELECT 1 FROM deployments WHERE number = json_extract(environments.record, '$.live.deployment')
                AND project = environments.project AND environment = environments.name AND state = 'live')
            """),
        Rule(
            "an environment has one live deployment at most",
            """
            SELECT project || '/' || environment FROM deployments INDEXED BY deployments_live WHERE state = 'live'
            GROUP BY project, environment HAVING count(*) > 1
            """),
        Rule(
            "the release that a deployment made live is remembered",
            """
            SELECT project || '/' || environment || ' ' || coalesce(substr(release, 1, 12), 'none')
            FROM deployments INDEXED BY deployments_live WHERE state = 'live' AND NOT EXISTS (
                SELECT 1 FROM releases WHERE project = deployments.project AND id = deployments.release)
            """),
        Rule(
            "no number is given out twice",
            ["releases", "release_commits", "images", "builds", "deployments"].map { lastNumber($0, "number") }
                .joined(separator: " UNION ALL ")
                + " UNION ALL "
                + ["deliveries", "events"].map { lastNumber($0, "sequence") }.joined(separator: " UNION ALL ")),
        Rule(
            "no ref has moved later than the project counts",
            """
            SELECT refs.project || ' ' || quote(refs.name) FROM refs JOIN projects ON projects.name = refs.project
            WHERE refs.sequence > json_extract(projects.record, '$.nextSequence')
            """),
        Rule(
            "a deployment that is live or has ended counts as such, and no other", isLong: true,
            """
            SELECT 'deployment ' || number FROM deployments
            WHERE is_final <> (state NOT IN ('queued', 'building', 'preparing', 'starting', 'switching'))
            OR json_extract(record, '$.state') IS NOT state
            """),
    ]

    private static func lastNumber(_ table: String, _ column: String) -> String {
        """
        SELECT '\(table)' WHERE coalesce((SELECT max(\(column)) FROM \(table)), 0)
            > coalesce((SELECT seq FROM sqlite_sequence WHERE name = '\(table)'), 0)
        """
    }

    /// What is wrong with a database of the newest schema; nil when nothing is.
    static func finding(in connection: borrowing Connection, _ depth: Depth) throws(SQLiteError) -> Finding? {
        if let finding = try damage(in: connection, depth) { return finding }
        return try broken(in: connection, depth)
    }

    /// Which of our own rules does not hold in a database of the newest schema; nil when all do.
    static func broken(in connection: borrowing Connection, _ depth: Depth) throws(SQLiteError) -> Finding? {
        for rule in rules where depth == .full || !rule.isLong {
            let violation = try connection.first("\(rule.violations) LIMIT 1") { $0.text(0) }
            if let violation { return .broken(rule: rule.claim, by: violation) }
        }
        return nil
    }

    /// What SQLite finds wrong with a database of any schema.
    static func damage(in connection: borrowing Connection, _ depth: Depth) throws(SQLiteError) -> Finding? {
        let check = depth == .full ? "integrity_check" : "quick_check"
        let words = try connection.first("PRAGMA \(check)(1)") { $0.text(0) } ?? "no answer"
        guard words == "ok" else { return .damaged(words) }
        let orphan = try connection.first("PRAGMA foreign_key_check") { $0.text(0) }
        return orphan.map { .broken(rule: "every row that another one belongs to exists", by: "table \($0)") }
    }

    /// What was found.
    enum Finding: Sendable, Hashable {
        /// The file itself, in SQLite's words.
        case damaged(String)
        /// One of our rules, and the first thing it does not hold for.
        case broken(rule: String, by: String)
    }
}

extension LedgerCheck.Depth {
    /// How large a database may be to be read as a whole before the daemon is ready.
    static let quickByteLimit = 512 << 20

    /// How much must be looked at, from what the last opening left behind.
    ///
    /// A process that was killed loses nothing that it had written: the pages are the kernel's. A machine that went
    /// down, a disk that failed and an opening of which nothing is known can have left anything.
    static func needed(after mark: OpeningMark?, epoch: Int64, boot: String) -> Self {
        guard let mark, mark.epoch == epoch else { return .full }
        return switch mark.end {
        case .closed: .quick
        case .open: mark.boot == boot && !boot.isEmpty ? .quick : .full
        case .failed, .restored: .full
        }
    }
}
