package import Model
package import SQLite

extension Ledger {
    /// How many commits are kept of those that yield a release.
    static let commitLimit: Int64 = 1000

    /// Remembers a release and that this commit yields it.
    package func save(_ release: Release, of project: ProjectName, commit: ObjectID) throws(SQLiteError) {
        try write(.soon) { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT INTO releases (project, id, content, record) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [
                    .text(project.rawValue), .text(release.id.hex), .text(release.content.hex),
                    .text(try Coding.text(of: release)),
                ])
            let number = try connection.first(
                "SELECT number FROM releases WHERE project = ? AND id = ?",
                [.text(project.rawValue), .text(release.id.hex)]
            ) { $0.integer(0) }
            guard let number else { return }
            // Replaced, so that the commit asked for last counts as the newest.
            try connection.run(
                "INSERT OR REPLACE INTO release_commits (release, meant) VALUES (?, ?)",
                [.integer(number), .text(commit.hex)])
            try connection.run(
                """
                DELETE FROM release_commits WHERE release = ?1 AND number <= (
                    SELECT number FROM release_commits WHERE release = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)
                """, [.integer(number), .integer(Self.commitLimit)])
        }
    }

    /// The release of that id.
    package func release(_ id: Digest, of project: ProjectName) throws(SQLiteError) -> Release? {
        try read { (connection) throws(SQLiteError) in
            try connection.first(
                Self.releaseQuery, [.text(project.rawValue), .text(id.hex)]
            ) { (row) throws(SQLiteError) in
                try row.record(Release.self, 0, of: "release '\(id.short)' of project '\(project)'")
            }
        }
    }

    /// The releases of that content, newest first: more than one where an image was built again.
    package func releases(of project: ProjectName, content: Digest) throws(SQLiteError) -> [Release] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                "SELECT record FROM releases WHERE project = ? AND content = ? ORDER BY number DESC",
                [.text(project.rawValue), .text(content.hex)]
            ) { (row) throws(SQLiteError) in
                try row.record(Release.self, 0, of: "a release of project '\(project)'")
            }
        }
    }

    /// The commits that yield a release, newest first.
    package func commits(yielding release: Digest, of project: ProjectName) throws(SQLiteError) -> [ObjectID] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(
                """
                SELECT meant FROM release_commits
                WHERE release = (SELECT number FROM releases WHERE project = ? AND id = ?) ORDER BY number DESC
                """, [.text(project.rawValue), .text(release.hex)]
            ) { (row) throws(SQLiteError) in
                try row.required(0, of: "a commit of release '\(release.short)'") { ObjectID($0) }
            }
        }
    }

    static let releaseQuery = "SELECT record FROM releases WHERE project = ? AND id = ?"
}
