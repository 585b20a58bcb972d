extension Schema {
    /// The second schema: what is needed to survive faults of disks, processes and people.
    static let version2 =
        restoring + checking + reporting + showing + suspecting + tracing + commanding + telling

    /// A copy says that it is one; the projects of a database that was put back wait for a person.
    private static let restoring = """
        ALTER TABLE meta ADD COLUMN copied_at INTEGER;
        ALTER TABLE meta ADD COLUMN restored_at INTEGER;
        ALTER TABLE meta ADD COLUMN restored_how TEXT;

        CREATE TABLE unconfirmed_projects (
            project TEXT PRIMARY KEY,
            since INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// What is looked at in every start is found by an index. An environment that was deleted, or came back, has one
    /// live deployment at most.
    private static let checking = """
        CREATE INDEX deployments_live ON deployments (project, environment) WHERE state = 'live';
        UPDATE deployments SET state = 'replaced', record = json_set(record, '$.state', 'replaced')
        WHERE state = 'live' AND number IS NOT (
            SELECT coalesce(nullif(json_extract(environments.record, '$.live.deployment'), 0), (
                SELECT max(number) FROM deployments AS other WHERE other.state = 'live'
                AND other.project = deployments.project AND other.environment = deployments.environment))
            FROM environments WHERE project = deployments.project AND name = deployments.environment);
        UPDATE environments SET record = json_set(record, '$.live.deployment', 0)
        WHERE json_extract(record, '$.live.deployment') <> 0 AND NOT EXISTS (
            SELECT 1 FROM deployments WHERE number = json_extract(environments.record, '$.live.deployment')
            AND project = environments.project AND environment = environments.name AND state = 'live');

        """

    /// What Git hosts were told, so that they are told once; and what they said of pull requests.
    private static let reporting = """
        CREATE TABLE told_statuses (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            meant TEXT NOT NULL,
            context TEXT NOT NULL,
            record TEXT NOT NULL,
            mark TEXT,
            UNIQUE (project, meant, context)
        ) STRICT;
        CREATE INDEX told_statuses_in_order ON told_statuses (project, number);

        CREATE TABLE pull_requests (
            project TEXT NOT NULL,
            number INTEGER NOT NULL,
            record TEXT NOT NULL,
            comment INTEGER,
            told TEXT,
            PRIMARY KEY (project, number)
        ) STRICT, WITHOUT ROWID;

        """

    /// What Git hosts were told of deployments, by the number that they gave each.
    private static let showing = """
        CREATE TABLE told_deployments (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            project TEXT NOT NULL,
            environment TEXT NOT NULL,
            meant TEXT NOT NULL,
            record TEXT NOT NULL,
            id INTEGER NOT NULL,
            UNIQUE (project, environment, meant)
        ) STRICT;
        CREATE INDEX told_deployments_in_order ON told_deployments (project, number);

        """

    /// What builds may have left in the engine besides their images.
    private static let tracing = """
        CREATE TABLE build_traces (
            digits TEXT PRIMARY KEY,
            reference TEXT,
            made_from INTEGER NOT NULL,
            made_until INTEGER NOT NULL,
            used_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX build_traces_by_use ON build_traces (used_at);

        """

    /// What the daemon has crashed over.
    private static let suspecting = """
        CREATE TABLE suspects (
            object TEXT PRIMARY KEY,
            crashes INTEGER NOT NULL,
            last_at INTEGER NOT NULL,
            cause TEXT NOT NULL,
            is_set_aside INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;

        """

    /// How far comments of pull requests were read, the head that was seen then, and what they asked for.
    private static let commanding = """
        CREATE TABLE comment_reads (
            project TEXT NOT NULL,
            number INTEGER NOT NULL,
            version TEXT,
            read_at INTEGER NOT NULL,
            head TEXT,
            head_seen INTEGER,
            PRIMARY KEY (project, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE comment_commands (
            project TEXT NOT NULL,
            number INTEGER NOT NULL,
            comment INTEGER NOT NULL,
            record TEXT NOT NULL,
            PRIMARY KEY (project, number, comment)
        ) STRICT, WITHOUT ROWID;

        """
}
