package import Model
package import SQLite

/// How far the comments of one pull request were read.
package struct CommentRead: Sendable, Hashable {
    /// The pull request; 0 for the project as a whole.
    package var number: Int
    /// What the listing said when they were read; nil: they were not.
    package var version: String?
    /// Comments written from here on count, by the host's clock.
    package var readAt: Timestamp
    /// The pull request's head as last listed.
    package var head: ObjectID?
    /// When it was first listed, by the host's clock.
    package var headSeen: Timestamp?

    /// A place as given.
    package init(
        number: Int, version: String? = nil, readAt: Timestamp, head: ObjectID? = nil, headSeen: Timestamp? = nil
    ) {
        self.number = number
        self.version = version
        self.readAt = readAt
        self.head = head
        self.headSeen = headSeen
    }
}

extension Ledger {
    /// How many commands are remembered of each pull request: the newest.
    static let commandLimit = 200

    /// How far the comments of a project's pull requests were read, by number.
    package func commentReads(of project: ProjectName) throws(SQLiteError) -> [Int: CommentRead] {
        let reads = try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.commentReadsQuery, [.text(project.rawValue)]) { (row) throws(SQLiteError) in
                CommentRead(
                    number: Int(row.integer(0)), version: row.optionalText(1), readAt: row.moment(2),
                    head: try row.optional(3, of: "a head of project '\(project)'") { ObjectID($0) },
                    headSeen: row.optionalInteger(4).map { Timestamp(milliseconds: $0) })
            }
        }
        return Dictionary(reads.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Remembers how far comments were read, and forgets that of other pull requests.
    package func save(
        commentReads: [CommentRead], removing: [Int], of project: ProjectName
    ) throws(SQLiteError) {
        try write { (connection) throws(SQLiteError) in
            for place in commentReads {
                try connection.run(
                    """
                    INSERT OR REPLACE INTO comment_reads (project, number, version, read_at, head, head_seen)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                    [
                        .text(project.rawValue), .integer(Int64(place.number)), .optional(place.version),
                        .integer(place.readAt.milliseconds), .optional(place.head?.hex),
                        .optional(place.headSeen?.milliseconds),
                    ])
            }
            for number in removing {
                for table in ["comment_reads", "comment_commands"] {
                    try connection.run(
                        "DELETE FROM \(table) WHERE project = ? AND number = ?",
                        [.text(project.rawValue), .integer(Int64(number))])
                }
            }
        }
    }

    /// What the comments of a project's pull requests asked for, in the order of their numbers and comments.
    package func commands(of project: ProjectName) throws(SQLiteError) -> [CommentCommand] {
        try read { (connection) throws(SQLiteError) in
            try connection.rows(Self.commandsQuery, [.text(project.rawValue)]) { (row) throws(SQLiteError) in
                try row.record(CommentCommand.self, 0, of: "a command of project '\(project)'")
            }
        }
    }

    /// Remembers a command, begun or done.
    package func save(_ command: CommentCommand, of project: ProjectName) throws(SQLiteError) {
        let record = try Coding.text(of: command)
        try write { (connection) throws(SQLiteError) in
            try connection.run(
                "INSERT OR REPLACE INTO comment_commands (project, number, comment, record) VALUES (?, ?, ?, ?)",
                [
                    .text(project.rawValue), .integer(Int64(command.number)), .integer(Int64(command.comment)),
                    .text(record),
                ])
            try connection.run(
                """
                DELETE FROM comment_commands WHERE project = ?1 AND number = ?2 AND comment <= (
                    SELECT comment FROM comment_commands WHERE project = ?1 AND number = ?2
                    ORDER BY comment DESC LIMIT 1 OFFSET ?3)
                """,
                [.text(project.rawValue), .integer(Int64(command.number)), .integer(Int64(Self.commandLimit))])
        }
    }

    static let commentReadsQuery = """
        SELECT number, version, read_at, head, head_seen FROM comment_reads WHERE project = ? ORDER BY number
        """
    static let commandsQuery = "SELECT record FROM comment_commands WHERE project = ? ORDER BY number, comment"
}
