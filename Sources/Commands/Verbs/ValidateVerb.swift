import Config
import Glibc
import Model

/// `slipway validate`
enum ValidateVerb {
    static let verb = Verb(
        "validate", .run, "check a manifest or a configuration, without a daemon", operands: [.optional("PATH")],
        flags: [.config],
        details: [
            "PATH is a manifest, or a directory with one; unless given, the clone around. Every mistake is shown at once,"
                + " with line and column. Ends with 1 when there is one."
        ],
        examples: [
            .init("validate", "the slipway.yml of this clone"),
            .init("validate --config /etc/slipway/config.yml", "the daemon's configuration"),
        ], run: run)

    private static func run(_ invocation: Invocation) async throws(CommandProblem) -> Int32 {
        if invocation.has(.config) {
            guard invocation.arguments.operands.isEmpty else {
                throw invocation.usage("PATH does not go with '--config'")
            }
            return try configuration(invocation)
        }
        return try manifest(invocation)
    }

    private static func configuration(_ invocation: Invocation) throws(CommandProblem) -> Int32 {
        let configuration = try invocation.configuration()
        let problems = configuration.secretProblems()
        if !problems.isEmpty { throw .configuration(ConfigError(problems: problems)) }
        let count = configuration.projects.count
        let path = clean(invocation.value(.config) ?? "")
        invocation.screen.line("\(path): ok, \(count) project\(count == 1 ? "" : "s")")
        return ExitCode.done
    }

    private static func manifest(_ invocation: Invocation) throws(CommandProblem) -> Int32 {
        let directory = invocation.context.directory
        let given = invocation.arguments.operands.first
        var path = given.map { invocation.context.absolute($0) } ?? Clone(around: directory)?.root ?? directory
        var name = given ?? Manifest.fileName
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            path += "/" + Manifest.fileName
            name = given.map { "\($0)/\(Manifest.fileName)" } ?? name
            if access(path, F_OK) != 0 { return withoutManifest(path, invocation) }
        }
        name = clean(name)
        guard let bytes = SmallText.bytes(of: path) else {
            throw .failed("\(name) cannot be read", hint: "give a manifest, or a directory with a \(Manifest.fileName)")
        }
        do throws(ConfigError) {
            invocation.screen.text(summary(try ManifestReader.read(bytes, file: name), name: name))
        } catch {
            throw .configuration(error)
        }
        return ExitCode.done
    }

    private static func withoutManifest(_ path: String, _ invocation: Invocation) -> Int32 {
        let root = path.dropLast(Manifest.fileName.count + 1)
        invocation.screen.line(
            "no \(Manifest.fileName) in \(clean(String(root))): the defaults hold, one service built from ./Dockerfile")
        if access(root + "/Dockerfile", F_OK) != 0 {
            invocation.screen.note(
                "there is no Dockerfile either: write one, or say in \(Manifest.fileName) where it is")
            return ExitCode.failed
        }
        return ExitCode.done
    }

    private static func summary(_ manifest: Manifest, name: String) -> String {
        var lines = ["\(name): ok"]
        for (name, service) in manifest.services.sorted(by: { $0.key < $1.key }) {
            var parts = ["built from \(clean(service.build.context))/\(clean(service.build.dockerfile))"]
            switch service.port {
            case .automatic: parts.append("on the port its image exposes, or 8080")
            case .number(let port): parts.append("on port \(port)")
            case .worker: parts.append("without a port")
            }
            if service.isPublic { parts.append("public") }
            if service.replicas > 1 { parts.append("\(service.replicas) containers") }
            lines.append("  service \(clean(name)): " + parts.joined(separator: ", "))
            if !service.overlap {
                lines.append("    it is stopped before its successor starts: requests fail meanwhile (overlap: false)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
