extension Schema {
    /// The second schema: what is needed to survive faults of disks, processes and people.
    static let version2 = restoring + checking

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

    /// What is looked at in every start is found by an index.
    private static let checking = """
        CREATE INDEX deployments_live ON deployments (project, environment) WHERE state = 'live';

        """
}
