/// A database as version 1 of the schema left it. From the first release on it is never changed:
/// databases like it are out in the world, and a test that fails here asks for a migration.
enum Version1Fixture {
    static let script = #"""
        PRAGMA application_id = 1399613808;

        CREATE TABLE meta (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL,
            is_adopted INTEGER NOT NULL DEFAULT 0,
            instance TEXT
        ) STRICT;

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

        INSERT INTO meta VALUES(1,7,1,'0a1b2c');
        INSERT INTO projects VALUES('shop','{"addedAt":"2023-11-14T22:13:20.000Z",
          "confirmedDefaultBranch":"refs/heads/main","defaultBranch":"refs/heads/main",
          "dismissed":["pr-4","0000000000000000000000000000000000000004"],"isBaselined":true,
          "lastGoodPolicies":{"development":{"branch":{"named":{"_0":"develop"}},"isDefaulted":true},"preview":{
          "limit":20,"pullRequests":true},"production":{"after":"staging","isDefaulted":true,"tags":"v*"},
          "staging":{"branch":{"defaultBranch":{}},"isDefaulted":true}},"listedAt":"2023-11-14T22:13:20.000Z",
          "name":"shop","nextSequence":2,"remote":"https://git.example.com/acme/shop.git"}');
        INSERT INTO refs VALUES('shop',X'72ff','0000000000000000000000000000000000000001',
            '0000000000000000000000000000000000000001',0,1700000000000,1700000000000,1,0,NULL);
        INSERT INTO environments VALUES('shop','staging','{"createdAt":"2023-11-14T22:13:20.000Z","failed":{
          "at":"2023-11-14T22:13:20.000Z","attempts":1,"commit":"0000000000000000000000000000000000000002",
          "failure":{"hint":"look at line 3","message":"the build of ''web'' failed","output":["1","2"],
          "reason":"buildFailed"}},"healthy":[{"at":"2023-11-14T22:13:20.000Z",
          "commit":"0000000000000000000000000000000000000001",
          "content":"0000000000000000000000000000000000000000000000000000000000000001",
          "release":"0000000000000000000000000000000000000000000000000000000000000001"}],"hold":{
          "kind":"frozen","reason":"a fair","since":"2023-11-14T22:13:20.000Z"},"id":{"name":"staging",
          "project":"shop"},"kind":"staging","live":{"commit":"0000000000000000000000000000000000000001",
          "configuration":"0000000000000000000000000000000000000000000000000000000000000003",
          "content":"0000000000000000000000000000000000000000000000000000000000000001","deployment":3,
          "release":"0000000000000000000000000000000000000000000000000000000000000001",
          "since":"2023-11-14T22:13:20.000Z"},"ref":"refs/heads/main"}');
        INSERT INTO releases VALUES(1,'shop','0000000000000000000000000000000000000000000000000000000000000001',
            '0000000000000000000000000000000000000000000000000000000000000001','{
          "content":"0000000000000000000000000000000000000000000000000000000000000001",
          "id":"0000000000000000000000000000000000000000000000000000000000000001","services":[{
          "buildKey":"0000000000000000000000000000000000000000000000000000000000000001","definition":{"build":{
          "arguments":{},"context":".","dockerfile":"Dockerfile"},"dependsOn":[],
          "drainTimeout":[0,10000000000000000000],"health":{"deadline":[3,4659767778871345152],
          "interval":[0,1000000000000000000],"retries":3,"timeout":[0,2000000000000000000]},"isPublic":true,
          "overlap":true,"port":{"automatic":{}},"replicas":1,"resources":{},
          "stopTimeout":[1,11553255926290448384],"variables":{}},
          "image":"sha256:0000000000000000000000000000000000000000000000000000000000000001","name":"web"}]}');
        INSERT INTO release_commits VALUES(1,1,'0000000000000000000000000000000000000001');
        INSERT INTO images VALUES(1,'shop','0000000000000000000000000000000000000000000000000000000000000001',
            'sha256:0000000000000000000000000000000000000000000000000000000000000001');
        INSERT INTO builds VALUES(3,'shop',0,'{"commit":"0000000000000000000000000000000000000001",
          "key":"0000000000000000000000000000000000000000000000000000000000000001","number":0,"project":"shop",
          "service":"web","startedAt":"2023-11-14T22:13:20.000Z"}');
        INSERT INTO deployments VALUES(4,'shop','staging',
            'starting',0,'0000000000000000000000000000000000000000000000000000000000000001','{
          "built":false,"cause":"test","commit":"0000000000000000000000000000000000000001","environment":{
          "name":"staging","project":"shop"},"kind":"staging","number":4,"queuedAt":"2023-11-14T22:13:20.000Z",
          "release":"0000000000000000000000000000000000000000000000000000000000000001","state":"starting",
          "steps":[{"endedAt":"2023-11-14T22:13:20.000Z","name":"build web","outcome":"done",
          "startedAt":"2023-11-14T22:13:20.000Z"}]}');
        INSERT INTO deliveries VALUES(5,'shop','github','d-5','push',1700000000000,X'726566732f68656164732fff',
            '0000000000000000000000000000000000000001',NULL);
        INSERT INTO events VALUES(6,1700000000000,'shop',NULL,'ref.moved','it happened');
        INSERT INTO port_leases VALUES(20000,'web',1700000000000,NULL);
        PRAGMA user_version = 1;
        """#
}
