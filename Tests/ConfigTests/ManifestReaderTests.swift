import Config
import Model
import Testing

struct ManifestReaderTests {
    @Test(arguments: ["", "# nothing yet\n", "---\n", "x-mine: { anything: [1, {a: b}] }\n"])
    func takesNothingForTheDefaults(text: String) throws {
        #expect(try Reading.manifest(text) == .withoutFile)
    }

    @Test func readsEveryFieldThatWorks() throws {
        let manifest = try Reading.manifest(
            """
            name: shop
            services:
              web:
                build: { context: ./api/, dockerfile: docker/Dockerfile, target: runtime, args: { EDITION: 2 } }
                port: 9000
                public: false
                command: [server, --workers, 4]
                env: { LOG_LEVEL: info, NO: no, BRACES: "$${x} $5", EMPTY: "" }
                health: { path: /healthz?full=1, interval: 500ms, timeout: 3s, retries: 5, deadline: 2m }
                replicas: 3
                resources: { cpu: 1500m, memory: 1Gi }
                depends_on: [worker]
                drain_timeout: 0s
                stop_timeout: 1m
                overlap: true
              worker:
                port: none
                overlap: false
            environments:
              preview: { branches: ["feature/*"], pull_requests: false, limit: 5 }
              development: false
              staging: { branch: trunk }
              production: { tag: "release-*", after: false }
            """)
        let web = ServiceDefinition(
            build: BuildDefinition(
                context: "api", dockerfile: "docker/Dockerfile", target: "runtime", arguments: ["EDITION": "2"]),
            port: .number(9000), isPublic: false, command: ["server", "--workers", "4"],
            variables: ["LOG_LEVEL": "info", "NO": "no", "BRACES": "${x} $5", "EMPTY": ""],
            health: HealthCheck(
                path: "/healthz?full=1", interval: .milliseconds(500), timeout: .seconds(3), retries: 5,
                deadline: .seconds(120)),
            replicas: 3, resources: Resources(cpuMillis: 1500, memoryBytes: 1 << 30), dependsOn: ["worker"],
            drainTimeout: .zero, stopTimeout: .seconds(60), overlap: true)
        let worker = ServiceDefinition(port: .worker, isPublic: false, overlap: false)
        let policies = EnvironmentPolicies(
            preview: PreviewPolicy(branches: [RefPattern("feature/*")], pullRequests: false, limit: 5),
            development: nil, staging: BranchPolicy(branch: .named("trunk")),
            production: ProductionPolicy(tags: RefPattern("release-*"), isDefaulted: false, after: nil))
        #expect(
            manifest == Manifest(name: "shop", services: ["web": web, "worker": worker], environments: policies))
    }

    @Test func leavesWhatIsNotWrittenAtItsDefault() throws {
        let manifest = try Reading.manifest("environments: { preview: {}, staging: {}, production: {} }")
        #expect(manifest == .withoutFile)
    }

    @Test(arguments: [
        ("{}", Duration?.some(.seconds(7 * 86_400))), ("{ expire: 3d }", .seconds(3 * 86_400)),
        ("{ expire: 90s }", .seconds(90)), ("{ expire: never }", nil),
    ])
    func readsHowLongPreviewsLive(preview: String, expiry: Duration?) throws {
        let manifest = try Reading.manifest("environments: { preview: \(preview) }")
        #expect(manifest.environments.preview?.expiry == expiry)
    }

    @Test(arguments: [
        ("0s", "from 1s to 3650d"), ("7", "with its unit: 7s"), ("forever", "such as 500ms, 10s, 5m, 2h or 7d"),
    ])
    func refusesALifetimeThatIsNone(text: String, hint: String) {
        let problems = Reading.manifestProblems("environments: { preview: { expire: \(text) } }")
        #expect(problems.count == 1)
        #expect(problems.first?.hasSuffix(hint) == true)
    }

    struct Publicity: Sendable {
        let services: String
        let published: Set<String>
    }

    @Test(arguments: [
        Publicity(services: "{ api: {} }", published: ["api"]),
        Publicity(services: "{ api: {}, db: {} }", published: []),
        Publicity(services: "{ web: {}, api: {} }", published: ["web"]),
        Publicity(services: "{ web: {}, api: { public: true } }", published: ["web", "api"]),
        Publicity(services: "{ web: { public: false }, api: {} }", published: []),
        Publicity(services: "{ web: { port: none } }", published: []),
        Publicity(services: "{ only: { port: none } }", published: []),
    ])
    func makesTheOnlyServiceOrWebPublic(example: Publicity) throws {
        let services = try Reading.manifest("services: \(example.services)").services
        #expect(Set(services.filter(\.value.isPublic).keys) == example.published)
    }

    @Test func reportsEveryProblemAtOnceInTheOrderOfTheText() {
        let problems = Reading.manifestProblems(
            """
            nmae: shop
            services:
              web:
                prot: 80
                replicas: two
                environment: { A: b }
                resources: { memory: 512m, cpu: 2 }
                depends_on: [databse]
                health: { interval: 5, path: healthz }
                volumes: {}
                public: yes
                env: { A-B: c }
            """)
        #expect(
            problems == [
                "slipway.yml:1:1: nmae: unknown field 'nmae'; did you mean 'name'?",
                "slipway.yml:4:5: services.web.prot: unknown field 'prot'; did you mean 'port'?",
                "slipway.yml:5:15: services.web.replicas: expected a whole number, found text; decimal digits only",
                "slipway.yml:6:5: services.web.environment: unknown field 'environment'; did you mean 'env'?",
                "slipway.yml:7:26: services.web.resources.memory: '512m' is no size with a unit; did you mean 512Mi?",
                "slipway.yml:7:37: services.web.resources.cpu: '2' is no share of a processor; in thousandths: 2000m",
                "slipway.yml:8:18: services.web.depends_on[0]: there is no service 'databse'",
                "slipway.yml:9:25: services.web.health.interval: '5' is no duration; with its unit: 5s",
                "slipway.yml:9:34: services.web.health.path: 'healthz' is no path of a URL; such as /healthz, without a host",
                "slipway.yml:10:14: services.web.volumes: 'volumes' is not supported yet; remove it: containers keep no data yet",
                "slipway.yml:11:13: services.web.public: expected true or false, found text; write true",
                "slipway.yml:12:12: services.web.env.A-B: 'A-B' cannot be the name of a variable; letters, digits and '_'",
            ])
    }

    @Test(arguments: [
        "services: { web: { image: x } }", "services: { web: { secrets: [A] } }",
        "services: { web: { release_command: [a] } }", "services: { web: { volumes: null } }",
        "services: { web: { watch: [a] } }", "services: { web: { ignore: [a] } }",
        "services: { web: { build: { secrets: [a] } } }", "databases: { db: { engine: postgres } }", "jobs: {}",
        "environments: { preview: { sleep_after: 1h } }",
        "environments: { preview: { protect: password } }",
        "environments: { production: { soak: 1h } }", "environments: { production: { approvals: 1 } }",
        "environments: { production: { verify: smoke } }", "environments: { production: { signed: true } }",
        "environments: { production: { windows: [a] } }", "environments: { production: { services: {} } }",
        "environments: { staging: { services: {} } }",
    ])
    func refusesByNameWhatDoesNotWorkYet(text: String) {
        let problems = Reading.manifestProblems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("is not supported yet; remove it: ") == true)
    }

    @Test func goesOnBehindWhatTheTextItselfHasWrong() {
        #expect(
            Reading.manifestProblems("services:\n  web:\n    port: &p 80\n    port: 81\n    env: *e\n    x: 1\n") == [
                "slipway.yml:3:11: anchors (&name) are refused; write the values out where they are used",
                "slipway.yml:4:5: duplicate key: it stands already on line 3; keep one of the two",
                "slipway.yml:5:10: aliases (*name) are refused; write the value out; text that begins with * needs quotes",
                "slipway.yml:6:5: services.web.x: unknown field 'x'; "
                    + "known here: build, port, public, command, env, health, replicas, resources, depends_on, drain_timeout, stop_timeout, overlap",
            ])
    }

    @Test func boundsTheListOfProblems() {
        let text = "services: { web: { env: {" + (0..<300).map { "A-\($0): b" }.joined(separator: ", ") + "} } }"
        let problems = Reading.manifestProblems(text)
        #expect(problems.count == 101)
        #expect(problems.last == "slipway.yml: more than 100 problems; the rest is not listed")
    }
}
