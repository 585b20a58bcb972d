import Model
import YAML

/// The fields of `config.yml`, each declared once: for the reader, the schema and the reference.
struct ConfigurationShape {
    /// What defaults and systemd credentials depend on.
    let surroundings: Surroundings

    /// The whole of `config.yml`.
    var configuration: Shape<Configuration> {
        .fields(
            Configuration(surroundings: surroundings),
            [
                Field("state", .absolutePath, \.state, about: "The directory of everything that is remembered."),
                Field(
                    "listen", Self.listenAddress, \.listen,
                    about: "Where webhooks are taken in; the proxy faces the network."),
                Field("socket", .socketPath, \.socket, about: "The Unix socket of the command line."),
                Field(
                    "public_url", Self.publicURL, \.publicURL, about: "The daemon's own address as the world sees it."),
                Field("runtime", Self.runtime, \.runtime, about: "Where containers run."),
                Field("router", Self.router, \.router, about: "How applications are reached."),
                Field(
                    "registries", .list(of: registry, atMost: 100), \.registries,
                    about: "Accounts at image registries, for FROM."),
                Field("poll", Self.poll, \.poll, about: "How remotes are polled."),
                Field("limits", Self.limits, \.limits, about: "What is bounded, and by how much."),
                Field(
                    "notifications", notifications, \.notifications, about: "Who is told how deployments end."),
                Field("projects", projects, \.projects, about: "The repositories to watch."),
            ],
            synonyms: [
                "project": "projects", "repositories": "projects", "repos": "projects", "state_dir": "state",
                "data": "state", "data_dir": "state", "address": "listen", "bind": "listen", "url": "public_url",
                "engine": "runtime", "docker": "runtime", "podman": "runtime", "proxy": "router",
                "caddy": "it belongs under 'router'", "notification": "notifications", "notify": "notifications",
                "webhooks": "notifications",
                "domain": "it belongs under 'router'", "registry": "registries", "polling": "poll",
                "interval": "it belongs under 'poll'",
                "limit": "limits", "services": "services are written in the repository's slipway.yml",
                "environments": "environments are written in the repository's slipway.yml",
            ])
    }

    /// `runtime`
    static var runtime: Shape<Configuration.Runtime> {
        .fields(
            Configuration.Runtime(),
            [
                Field("kind", kind, about: "Podman or Docker, by their socket.") { _, _ in },
                Field(
                    "socket", .engineSocket, \.socket, about: "The engine's socket; auto takes the first that answers."),
                Field("builds", .integer(in: 1...64), \.builds, about: "How many builds run at once."),
                Field("ports", .portRange, \.ports, about: "The loopback ports that containers publish on."),
                Field("subnets", .subnets, \.subnets, about: "The block that environments' networks are cut from."),
                Field(
                    "fork_network", .flag, \.forkNetwork,
                    about:
                        "Whether builds of forks' commits reach the network; they get no registry account either way."),
                .notYet("kubeconfig", "containers run on Podman or Docker for now"),
                .notYet("context", "containers run on Podman or Docker for now"),
            ],
            synonyms: [
                "concurrency": "builds", "build": "builds", "port": "ports", "subnet": "subnets", "network": "subnets",
                "networks": "subnets", "host": "socket", "path": "socket", "type": "kind",
            ])
    }

    /// `router`
    static var router: Shape<Configuration.Router> {
        .fields(
            Configuration.Router(),
            [
                Field("domain", .domain, \.domain, about: "The domain under which environments get their host names."),
                Field("caddy", .caddyChoice, \.caddy, about: "managed, or the URL of a Caddy's admin API."),
                Field(
                    "http", .integer(in: 1...65535), \.httpPort,
                    about: "The port on which applications are reached over HTTP."),
                .notYet("https", "applications are reached over HTTP for now"),
                .notYet("tls", "applications are reached over HTTP for now"),
            ],
            synonyms: [
                "host": "domain", "domains": "domain", "port": "http", "http_port": "http", "proxy": "caddy",
                "admin": "caddy",
            ])
    }

    /// `poll`
    static var poll: Shape<Configuration.Poll> {
        .fields(
            Configuration.Poll(),
            [
                Field(
                    "interval", .duration(in: .seconds(1)...hours(24)), \.interval,
                    about: "The time between two looks at a remote.")
            ],
            synonyms: ["every": "interval", "period": "interval"])
    }

    /// `limits`
    static var limits: Shape<Configuration.Limits> {
        .fields(
            Configuration.Limits(),
            [
                Field(
                    "blob", .bytes(in: 1 << 20...2 << 30), \.blobBytes,
                    about: "The largest file of a build context; it is held in memory whole."),
                Field(
                    "delivery", .bytes(in: 64 << 10...25 << 20), \.deliveryBytes,
                    about: "The largest body of a webhook request."),
                Field(
                    "build_timeout", .duration(in: .seconds(1)...hours(24)), \.buildTimeout,
                    about: "How long a build may take."),
                Field(
                    "build_memory", .bytes(in: 64 << 20...1 << 40), \.buildMemoryBytes,
                    about: "How much memory a build may use."),
                Field(
                    "build_log", .bytes(in: 64 << 10...1 << 30), \.buildLogBytes,
                    about: "How much of a build's output is kept."),
                Field("fetch", .bytes(in: 1 << 20...1 << 40), \.fetchBytes, about: "How much one fetch may bring."),
                Field(
                    "fetch_timeout", .duration(in: .seconds(1)...hours(24)), \.fetchTimeout,
                    about: "How long one fetch may take."),
                Field(
                    "build_cache", reserve, \.buildCacheBytes,
                    about: "How much build cache and fetched base images may take; auto for a tenth of the disk."),
                Field(
                    "disk_reserve", reserve, \.diskReserveBytes,
                    about: "How much of a disk must be free for builds to begin; auto for what suits the disk."),
                Field(
                    "memory_reserve", reserve, \.memoryReserveBytes,
                    about: "How much memory is kept for staging and production; auto for a quarter of the machine."),
            ])
    }

    /// A size, or `auto`.
    private static var reserve: Shape<Int?> {
        Shape<Int>.bytes(in: 1 << 20...1 << 50).map { Int?.some($0) }.or(["auto": nil])
    }

    /// `registries[]`
    var registry: Shape<Configuration.Registry> {
        Shape<RegistryDraft>.fields(
            RegistryDraft(),
            [
                Field(
                    "host", .registryHost, \.host,
                    about: "The registry's host, with its port where it is not the usual one."
                ).required(),
                Field("user", .text, \.user, about: "The user's name.").required(),
                Field("password", secret, \.password, about: "Where the password or token is kept.").required(),
            ],
            synonyms: [
                "credential": "write user and password", "username": "user", "login": "user", "token": "password",
                "url": "host", "server": "host", "name": "host",
            ]
        ).then { draft, _, _, _ -> Configuration.Registry? in
            guard let password = draft.password else { return nil }
            return Configuration.Registry(host: draft.host, user: draft.user, password: password)
        }
    }

    private struct RegistryDraft: Sendable {
        var host = ""
        var user = ""
        var password: SecretSource?
    }

    /// The only kind there is.
    private static var kind: Shape<String> {
        .text(pattern: "^engine$") { text in
            if text == "engine" { return nil }
            if text == "kubernetes" {
                return Refusal(message: "'kubernetes' is not supported yet", hint: "write engine")
            }
            return Refusal(
                message: "'\(quote(text))' is no kind of runtime", hint: "write engine, for Podman and Docker")
        }
    }

    private static func hours(_ count: Int) -> Duration { .seconds(count * 3600) }
}
