package import SQLite

/// What can be said of a database from outside, whether a daemon has it open or not: for reports.
package struct RecordsInspection: Sendable, Hashable {
    /// SQLite's own version.
    package var libraryVersion = ""
    /// The version of its schema, and the one this program writes.
    package var schemaVersion: Int64 = 0
    /// The schema version that this program writes.
    package var knownVersion: Int64 = 0
    /// What `PRAGMA integrity_check` and `foreign_key_check` say; `ok` alone where nothing is wrong.
    package var integrity: [String] = []
    /// How many rows each table has.
    package var rows: [(table: String, count: Int64)] = []
    /// The newest events, oldest first: sequence, moment, project, environment, kind, sentence.
    package var events: [String] = []
    /// The newest deployments, newest first, as they are recorded: JSON.
    package var deployments: [String] = []
    /// The newest builds, newest first, as they are recorded: JSON.
    package var builds: [String] = []

    package static func == (left: Self, right: Self) -> Bool { left.lines == right.lines }
    package func hash(into hasher: inout Hasher) { hasher.combine(lines) }

    private var lines: [String] {
        [libraryVersion, "\(schemaVersion)"] + integrity + rows.map { "\($0.table) \($0.count)" } + events + deployments
            + builds
    }

    /// How many problems of integrity are named.
    private static let problemLimit = 20

    /// Looks at the database at a path, and changes nothing.
    ///
    /// - Parameter limit: how many events, deployments and builds are read.
    package init(path: String, limit: Int) throws(SQLiteError) {
        let connection = try Connection(path: path, access: .readOnly)
        libraryVersion = try connection.first("SELECT sqlite_version()") { $0.text(0) } ?? ""
        schemaVersion = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        knownVersion = Schema.current.version
        integrity = try connection.rows("PRAGMA integrity_check(\(Self.problemLimit))") { $0.text(0) }
        let strays = try connection.rows("PRAGMA foreign_key_check") { $0.text(0) }
        if !strays.isEmpty { integrity.append("foreign keys of \(Set(strays).sorted().joined(separator: ", "))") }
        let tables = try connection.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        ) { $0.text(0) }
        for table in tables {
            // The name comes from the schema itself; a quote in it is doubled.
            let name = table.replacing("\"", with: "\"\"")
            let count = try connection.first("SELECT count(*) FROM \"\(name)\"") { $0.integer(0) } ?? 0
            rows.append((table, count))
        }
        events = try connection.rows(
            """
            SELECT sequence, datetime(at / 1000, 'unixepoch'), coalesce(project, '-'), coalesce(environment, '-'), kind,
                message FROM events ORDER BY sequence DESC LIMIT ?
            """, [.integer(Int64(limit))]
        ) { row in
            "\(row.integer(0))  \(row.text(1))Z  \(row.text(2))/\(row.text(3))  \(row.text(4))  \(row.text(5))"
        }.reversed()
        deployments = try connection.rows(
            "SELECT record FROM deployments ORDER BY number DESC LIMIT ?", [.integer(Int64(limit))]
        ) { $0.text(0) }
        builds = try connection.rows(
            "SELECT record FROM builds ORDER BY number DESC LIMIT ?", [.integer(Int64(limit))]
        ) { $0.text(0) }
    }
}
