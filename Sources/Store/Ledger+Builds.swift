package import Model
package import SQLite

extension Ledger {
    /// How many finished builds are kept of each project.
    static let buildLimit: Int64 = 1000

    /// Records that a build begins, and gives it its number.
    package func beginBuild(
        project: ProjectName, service: String, key: Digest, commit: ObjectID, at: Timestamp
    ) throws(SQLiteError) -> BuildRecord {
        var build = BuildRecord(
            number: 0, project: project, service: service, key: key, commit: commit, startedAt: at)
        build.number = try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT INTO builds (project, is_final, record) VALUES (?, 0, ?)",
                [.text(project.rawValue), .text(try Coding.text(of: build))])
            let number = connection.lastInsertedRowID
            try connection.run(
                """
                DELETE FROM builds WHERE project = ?1 AND is_final = 1 AND number <= (
                    SELECT number FROM builds WHERE project = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
                """, [.text(project.rawValue), .integer(Self.buildLimit)])
            return number
        }
        return build
    }

    /// Records how far a build is, or how it ended.
    package func finish(_ build: BuildRecord) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "UPDATE builds SET is_final = ?, record = ? WHERE number = ?",
                [.flag(build.endedAt != nil), .text(try Coding.text(of: build)), .integer(build.number)])
        }
    }

    /// The newest builds of a project, newest first.
    package func builds(of project: ProjectName, limit: Int) throws(SQLiteError) -> [BuildRecord] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT number, record FROM builds WHERE project = ? ORDER BY number DESC LIMIT ?",
                [.text(project.rawValue), .integer(Int64(limit))], Self.build)
        }
    }

    /// The build of that number.
    package func build(_ number: Int64) throws(SQLiteError) -> BuildRecord? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(
                "SELECT number, record FROM builds WHERE number = ?", [.integer(number)], Self.build)
        }
    }

    /// The builds that have not ended, oldest first: after a start, those that a crash cut off.
    package func unfinishedBuilds() throws(SQLiteError) -> [BuildRecord] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.unfinishedBuildsQuery, [], Self.build)
        }
    }

    static let unfinishedBuildsQuery = "SELECT number, record FROM builds WHERE is_final = 0 ORDER BY number"

    private static func build(_ row: borrowing Statement) throws(SQLiteError) -> BuildRecord {
        var build = try row.record(BuildRecord.self, 1, of: "build \(row.integer(0))")
        build.number = row.integer(0)
        return build
    }
}
