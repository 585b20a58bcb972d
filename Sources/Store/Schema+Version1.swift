extension Schema {
    /// The schema of this program.
    static let current = Schema(migrations: [
        Migration(version: 1, script: version1), Migration(version: 2, script: version2),
    ])

    /// The first schema. Real columns for what is searched; `record` is the JSON of the whole Model value.
    private static let version1 = """
        PRAGMA application_id = \(applicationID);

        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL,
            is_adopted INTEGER NOT NULL DEFAULT 0,
            instance TEXT
        ) STRICT;
        INSERT INTO meta (id, epoch) VALUES (1, 0);

        CREATE TABLE projects (
            name TEXT PRIMARY KEY,
            record TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE refs (
            project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
            name BLOB NOT NULL,
            target TEXT NOT NULL,
            meant TEXT NOT NULL,
            is_baseline INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            moved_at INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            absences INTEGER NOT NULL,
            moved_to TEXT,
            PRIMARY KEY (project, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE environments (
            project TEXT NOT NULL,
            name TEXT NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (project, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE releases (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            id TEXT NOT NULL,
            content TEXT NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (project, id)
        ) STRICT;
        CREATE INDEX releases_by_content ON releases (project, content, number);

        CREATE TABLE release_commits (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            release INTEGER NOT NULL REFERENCES releases (number) ON DELETE CASCADE,
            meant TEXT NOT NULL,
            UNIQUE (release, meant)
        ) STRICT;
        CREATE INDEX release_commits_in_order ON release_commits (release, number);

        CREATE TABLE images (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            key TEXT NOT NULL,
            image TEXT NOT NULL,
            UNIQUE (project, key)
        ) STRICT;
        CREATE INDEX images_by_image ON images (image);

        CREATE TABLE builds (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            is_final INTEGER NOT NULL,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX builds_by_project ON builds (project, number);
        CREATE INDEX builds_unfinished ON builds (number) WHERE is_final = 0;

        CREATE TABLE deployments (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            environment TEXT NOT NULL,
            state TEXT NOT NULL,
            is_final INTEGER NOT NULL,
            release TEXT,
            record TEXT NOT NULL
        ) STRICT;
        CREATE INDEX deployments_by_project ON deployments (project, number);
        CREATE INDEX deployments_by_environment ON deployments (project, environment, number);
        CREATE INDEX deployments_by_release ON deployments (project, release);
        CREATE INDEX deployments_unfinished ON deployments (number) WHERE is_final = 0;

        CREATE TABLE deliveries (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            host TEXT NOT NULL,
            delivery_id TEXT NOT NULL,
            event TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            ref BLOB,
            announced TEXT,
            outcome TEXT,
            UNIQUE (project, host, delivery_id)
        ) STRICT;
        CREATE INDEX deliveries_unsettled ON deliveries (sequence) WHERE outcome IS NULL;

        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            project TEXT,
            environment TEXT,
            kind TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT;
        CREATE INDEX events_by_project ON events (project, sequence);

        CREATE TABLE port_leases (
            port INTEGER PRIMARY KEY,
            container TEXT NOT NULL,
            leased_at INTEGER NOT NULL,
            released_at INTEGER
        ) STRICT;
        """
}
