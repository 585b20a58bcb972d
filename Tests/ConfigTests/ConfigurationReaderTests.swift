import Config
import Model
import Testing

struct ConfigurationReaderTests {
    @Test func readsThreeLines() throws {
        let configuration = try Reading.configuration(
            """
            projects:
              - repository: https://github.com/acme/Shop.Web.git
                credential: { token: { file: /etc/slipway/token } }
            """)
        let project = Configuration.Project(
            name: try #require(ProjectName("shop-web")),
            repository: try RemoteAddress(parsing: "https://github.com/acme/Shop.Web.git"), host: .github,
            credential: .token(user: nil, .file("/etc/slipway/token")))
        #expect(configuration == Configuration(projects: [project], surroundings: Reading.root))
    }

    @Test func readsEveryField() throws {
        let configuration = try Reading.configuration(
            """
            state: /srv/slipway
            listen: "[::1]:8000"
            socket: /run/s.sock
            public_url: https://slipway.example.com/
            runtime: { kind: engine, socket: "unix:///run/docker.sock", builds: 4, ports: 30000-30999, subnets: 172.20.0.0/14 }
            router: { domain: apps.example.com, caddy: "http://127.0.0.1:2019", http: 80 }
            registries: [{ host: "registry.example.com:5000", user: me, password: { file: /s/r } }]
            poll: { interval: 2m }
            limits: { blob: 1Mi, delivery: 25Mi, build_timeout: 1h, build_memory: 4Gi, build_log: 1Mi, fetch: 1Gi, fetch_timeout: 30s }
            projects:
              - repository: ssh://git@example.com:2222/a/b.git
                name: b2
                host: forgejo
                credential: { ssh_key: { file: /s/k }, passphrase: { file: /s/p }, known_hosts: /s/h }
                webhook_secret: [{ file: /s/w1 }, { credential: w2 }]
              - repository: https://example.com/c
                credential: { user: u, password: { file: /s/pw } }
                webhook_secret: { file: /s/w }
            """)
        var expected = Configuration(surroundings: Reading.root)
        expected.state = "/srv/slipway"
        expected.listen = Configuration.ListenAddress(host: "::1", port: 8000)
        expected.socket = "/run/s.sock"
        expected.publicURL = "https://slipway.example.com"
        expected.runtime = Configuration.Runtime(
            socket: .path("/run/docker.sock"), builds: 4, ports: 30_000...30_999,
            subnets: try #require(IPv4Block("172.20.0.0/14")))
        expected.router = Configuration.Router(
            domain: "apps.example.com", caddy: .external("http://127.0.0.1:2019"), httpPort: 80)
        expected.registries = [
            Configuration.Registry(host: "registry.example.com:5000", user: "me", password: .file("/s/r"))
        ]
        expected.poll = Configuration.Poll(interval: .seconds(120))
        expected.limits = Configuration.Limits(
            blobBytes: 1 << 20, deliveryBytes: 25 << 20, buildTimeout: .seconds(3600), buildMemoryBytes: 4 << 30,
            buildLogBytes: 1 << 20, fetchBytes: 1 << 30, fetchTimeout: .seconds(30))
        expected.projects = [
            Configuration.Project(
                name: try #require(ProjectName("b2")),
                repository: try RemoteAddress(parsing: "ssh://git@example.com:2222/a/b.git"), host: .forgejo,
                credential: .sshKey(.file("/s/k"), passphrase: .file("/s/p"), knownHosts: "/s/h"),
                webhookSecrets: [.file("/s/w1"), .file("/run/credentials/slipway.service/w2")]),
            Configuration.Project(
                name: try #require(ProjectName("c")), repository: try RemoteAddress(parsing: "https://example.com/c"),
                credential: .password(user: "u", .file("/s/pw")), webhookSecrets: [.file("/s/w")]),
        ]
        #expect(configuration == expected)
    }

    @Test(arguments: [
        ("https://github.com/a/b", GitHostKind?.some(.github)),
        ("https://gitlab.com/a/b", .gitlab), ("https://codeberg.org/a/b", .forgejo),
        ("https://bitbucket.org/a/b", .bitbucket), ("https://git.example.com/a/b", nil),
    ])
    func knowsTheHostByTheURL(url: String, host: GitHostKind?) throws {
        #expect(try Reading.configuration("projects: [{ repository: \"\(url)\" }]").projects.first?.host == host)
    }

    struct Place: Sendable {
        let surroundings: Surroundings
        let state: String
        let socket: String
    }

    @Test(arguments: [
        Place(
            surroundings: Surroundings(isRoot: true, variables: ["HOME": "/root", "XDG_RUNTIME_DIR": "/run/user/0"]),
            state: "/var/lib/slipway", socket: "/run/slipway/slipway.sock"),
        Place(
            surroundings: Surroundings(
                isRoot: false,
                variables: ["STATE_DIRECTORY": "/var/lib/slipway", "RUNTIME_DIRECTORY": "/run/slipway:/run/other"]),
            state: "/var/lib/slipway", socket: "/run/slipway/slipway.sock"),
        Place(
            surroundings: Surroundings(
                isRoot: false, variables: ["HOME": "/home/ann", "XDG_RUNTIME_DIR": "/run/user/1000"]),
            state: "/home/ann/.local/state/slipway", socket: "/run/user/1000/slipway/slipway.sock"),
        Place(
            surroundings: Surroundings(isRoot: false, variables: ["HOME": "/home/ann", "XDG_STATE_HOME": "/data"]),
            state: "/data/slipway", socket: "/data/slipway/slipway.sock"),
    ])
    func keepsStateAndSocketWhereTheUserMay(example: Place) {
        let configuration = Configuration(surroundings: example.surroundings)
        #expect(configuration.state == example.state)
        #expect(configuration.socket == example.socket)
    }

    @Test func rendersWhatItReads() throws {
        let text = try ReferenceFiles.text("config/config.yml")
        let configuration = try Reading.configuration(text)
        #expect(try Reading.configuration(configuration.redacted) == configuration)
        let bare = Configuration(surroundings: Reading.root)
        #expect(try Reading.configuration(bare.redacted) == bare)
    }

    @Test(arguments: ["0.0.0.0/0", "10.201.0.0/16", "255.255.255.255/32", "10.0.0.0/8"])
    func readsBlocksOfAddresses(text: String) {
        #expect(IPv4Block(text)?.description == text)
    }

    @Test(arguments: [
        "10.201.0.1/16", "10.201.0.0", "10.201.0/16", "256.0.0.0/8", "10.0.0.0/33", "010.0.0.0/8", "10.0.0.0/-1", "",
    ])
    func refusesWhatIsNoBlockOfAddresses(text: String) {
        #expect(IPv4Block(text) == nil)
    }
}
