import Model
import YAML

/// The fields of `slipway.yml`, each declared once: for the reader, the schema and the reference.
enum ManifestShape {
    /// How many services a project may have.
    static let serviceLimit = 50

    /// `services.*`
    static let service = Shape<ServiceDefinition>.fields(
        ServiceDefinition(),
        [
            Field("build", build, \.build, about: "How the image is built from the repository."),
            .notYet("image", "services are built from the repository for now"),
            Field(
                "port", .port, \.port, about: "The port inside the container, or none for a worker; handed in as $PORT."
            ),
            Field("public", .flag, \.isPublic, about: "Whether the service is reached from outside."),
            Field("command", .command, \.command, about: "Replaces the image's command; no shell."),
            Field(
                "env", .map(of: .literal, names: .variable), \.variables,
                about: "Environment variables; $${ is a literal ${."),
            .notYet("secrets", "values that must not be in Git cannot be given yet"),
            Field("health", health, \.health, about: "How health is checked, from outside the container."),
            .notYet("release_command", "nothing runs before a release gets traffic yet"),
            Field("replicas", .integer(in: 1...100), \.replicas, about: "How many containers run."),
            Field("resources", resources, \.resources, about: "Limits of each container; units are required."),
            .notYet("volumes", "containers keep no data yet"),
            Field(
                "depends_on", .list(of: .text, atMost: serviceLimit), \.dependsOn,
                about: "Services that must be healthy before this one starts."),
            .notYet("watch", "the build context is what counts as a change"),
            .notYet("ignore", "name in .dockerignore what the build does not need"),
            Field(
                "drain_timeout", .duration(in: .zero...hour), \.drainTimeout,
                about: "How long requests in flight may take once the route has moved."),
            Field(
                "stop_timeout", .duration(in: .zero...hour), \.stopTimeout,
                about: "How long the container may take to stop before it is killed."),
            Field("overlap", .flag, \.overlap, about: "False: the old container stops before the new one starts."),
        ],
        synonyms: serviceSynonyms)

    /// `services.*.build`
    static let build = Shape<BuildDefinition>.fields(
        BuildDefinition(),
        [
            Field("context", .treeDirectory, \.context, about: "The directory that is sent to the build."),
            Field("dockerfile", .treeFile, \.dockerfile, about: "The Dockerfile, relative to the context."),
            Field("target", .buildStage, \.target, about: "The stage to build; the last one unless given."),
            Field("args", .map(of: .literal, names: .buildArgument), \.arguments, about: "Build arguments."),
            .notYet("secrets", "builds get no secrets yet"),
        ],
        synonyms: [
            "arguments": "args", "build_args": "args", "path": "context", "dir": "context", "file": "dockerfile",
            "stage": "target", "secret": "secrets",
        ])

    /// `services.*.health`
    static let health = Shape<HealthCheck>.fields(
        HealthCheck(),
        [
            Field(
                "path", .requestPath, \.path,
                about: "Requested with GET, healthy at 2xx or 3xx; a TCP connection unless given."),
            Field(
                "interval", .duration(in: .milliseconds(100)...hour), \.interval, about: "The time between two checks."),
            Field(
                "timeout", .duration(in: .milliseconds(100)...minutes(5)), \.timeout,
                about: "How long one check may take."),
            Field("retries", .integer(in: 1...100), \.retries, about: "How many failures in a row count."),
            Field(
                "deadline", .duration(in: .seconds(1)...hour), \.deadline,
                about: "How long a new container may take to become healthy."),
        ],
        synonyms: [
            "endpoint": "path", "url": "path", "uri": "path", "http": "path", "period": "interval",
            "period_seconds": "interval", "start_period": "deadline", "grace_period": "deadline",
            "failure_threshold": "retries", "test": "health is checked from outside the container: give a 'path'",
            "cmd": "health is checked from outside the container: give a 'path'",
            "command": "health is checked from outside the container: give a 'path'",
            "port": "health is checked at the service's own port",
        ])

    /// `services.*.resources`
    static let resources = Shape<Resources>.fields(
        Resources(),
        [
            Field("cpu", .cpuMillis(in: 10...256_000), \.cpuMillis, about: "Thousandths of a processor: 500m."),
            // Docker refuses less than 6 MiB (docker run, --memory).
            Field("memory", .bytes(in: 6 << 20...1 << 40), \.memoryBytes, about: "Memory with its unit: 256Mi."),
        ],
        synonyms: [
            "cpus": "cpu", "mem": "memory", "mem_limit": "memory", "ram": "memory",
            "limits": "write cpu and memory here; they are limits",
            "requests": "write cpu and memory here; they are limits",
        ])

    private static let serviceSynonyms: Synonyms = [
        "environment": "env", "environments": "env", "variables": "env", "vars": "env",
        "env_file": "write the variables under 'env'",
        "ports": "port", "expose": "port", "listen": "port",
        "healthcheck": "health", "health_check": "health", "readiness": "health", "liveness": "health",
        "cmd": "command", "entrypoint": "command", "run": "command", "start": "command",
        "args": "arguments of the build belong under 'build', those of the program under 'command'",
        "scale": "replicas", "instances": "replicas", "count": "replicas",
        "deploy": "replicas and resources stand beside 'build'",
        "cpu": "it belongs under 'resources'", "cpus": "write resources: { cpu: 500m }",
        "memory": "it belongs under 'resources'", "mem_limit": "write resources: { memory: 256Mi }",
        "mem": "write resources: { memory: 256Mi }", "limits": "resources",
        "dockerfile": "it belongs under 'build'", "context": "it belongs under 'build'",
        "target": "it belongs under 'build'",
        "depends": "depends_on", "needs": "depends_on", "requires": "depends_on", "links": "depends_on",
        "stop_grace_period": "stop_timeout", "drain": "drain_timeout", "routed": "public", "expose_public": "public",
        "restart": "containers are always restarted; remove it",
        "volume": "volumes", "secret": "secrets", "release": "release_command", "migrate": "release_command",
        "domains": "host names come from environment and project; own domains are not supported yet",
        "domain": "host names come from environment and project; own domains are not supported yet",
        "container_name": "Slipway names containers; remove it",
        "networks": "every environment has a network of its own; remove it",
    ]

    private static let hour = Duration.seconds(3600)
    private static func minutes(_ count: Int) -> Duration { .seconds(count * 60) }
}
