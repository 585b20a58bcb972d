import Lifecycle
package import Model
package import SQLite

extension Ledger {
    /// What is remembered of a project's refs, ordered by name.
    package func knownRefs(of project: ProjectName) throws(SQLiteError) -> [KnownRef] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.knownRefsQuery, [.text(project.rawValue)], Self.knownRef)
        }
    }

    /// Remembers what a listing changed: refs that are new or differ, refs to forget, the project, and what happened.
    package func save(
        refs: [KnownRef], removing: [RefName], of project: StoredProject, events: [NewEvent]
    ) throws(SQLiteError) {
        // The next listing says again what this one changed; a change of the project alone may be a person's.
        try write(refs.isEmpty ? .now : .soon) { (connection) throws(SQLiteError) in
            try Self.upsert(project, connection)
            let owner = Value.text(project.name.rawValue)
            for name in removing {
                try connection.run("DELETE FROM refs WHERE project = ? AND name = ?", [owner, .blob(name.bytes)])
            }
            for ref in refs { try Self.upsert(ref, owner: owner, connection) }
            try Self.insert(events, connection)
            if !refs.isEmpty { try Failpoint.pass("poll.refs.before_commit", SQLiteError.injected) }
        }
        if !refs.isEmpty { Failpoint.pass("poll.refs.after_commit") }
    }

    private static func upsert(
        _ ref: KnownRef, owner: Value, _ connection: borrowing Connection
    ) throws(SQLiteError) {
        try connection.run(
            """
            INSERT OR REPLACE INTO refs (project, name, target, meant, is_baseline, first_seen, moved_at, sequence,
                absences, moved_to) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                owner, .blob(ref.name.bytes), .text(ref.target.hex), .text(ref.commit.hex), .flag(ref.isBaseline),
                .integer(ref.firstSeen.milliseconds), .integer(ref.movedAt.milliseconds), .integer(ref.sequence),
                .integer(Int64(ref.absences)), .optional(ref.movedTo?.hex),
            ])
    }

    static let knownRefsQuery = """
        SELECT name, target, meant, is_baseline, first_seen, moved_at, sequence, absences, moved_to
        FROM refs WHERE project = ? ORDER BY name
        """

    private static func knownRef(_ row: borrowing Statement) throws(SQLiteError) -> KnownRef {
        let name = RefName(bytes: row.bytes(0))
        let what = "ref '\(name)'"
        return KnownRef(
            name: name, target: try row.required(1, of: what) { ObjectID($0) },
            commit: try row.required(2, of: what) { ObjectID($0) }, isBaseline: row.flag(3),
            firstSeen: row.moment(4), movedAt: row.moment(5), sequence: row.integer(6),
            absences: Int(row.integer(7)), movedTo: try row.optional(8, of: what) { ObjectID($0) })
    }
}
