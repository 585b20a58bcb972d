extension Schema {
    /// The part of the second schema about being told by Git hosts, and telling others.
    static let telling = announcing + listening + notifying

    /// What a delivery says its ref pointed at before: what tells a late Git server from a newer push.
    private static let announcing = """
        ALTER TABLE deliveries ADD COLUMN before TEXT;

        """

    /// Since when Git has moved without a webhook telling of it.
    private static let listening = """
        CREATE TABLE silences (
            project TEXT PRIMARY KEY,
            since INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// How deployments end, noted in the very transaction that records it; and who is told of that.
    private static let notifying = """
        CREATE TABLE ends (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            deployment INTEGER NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER deployments_end AFTER UPDATE OF state ON deployments
        WHEN new.state <> old.state AND new.state IN ('live', 'failed', 'superseded', 'cancelled')
        BEGIN INSERT INTO ends (deployment, outcome) VALUES (new.number, new.state); END;

        CREATE TABLE notices (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            subscriber TEXT NOT NULL,
            is_pending INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX notices_pending ON notices (number) WHERE is_pending = 1;

        """
}
