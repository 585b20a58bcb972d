import Model

extension Configuration {
    /// The effective configuration as YAML for `config show`: every field, secrets by where they are kept.
    ///
    /// Reading it gives the same configuration again.
    package var redacted: String {
        var lines = [
            "state: \(Self.quoted(state))",
            "listen: \(Self.quoted(listen.description))",
            "socket: \(Self.quoted(socket))",
        ]
        if let publicURL { lines.append("public_url: \(Self.quoted(publicURL))") }
        lines += runtimeLines + routerLines + registryLines
        lines += ["poll:", "  interval: \(Quantity.text(poll.interval))"]
        lines += limitLines + notificationLines + projectLines
        return lines.joined(separator: "\n") + "\n"
    }

    private var runtimeLines: [String] {
        let socket =
            switch runtime.socket {
            case .auto: "auto"
            case .path(let path): Self.quoted(path)
            }
        return [
            "runtime:",
            "  kind: engine",
            "  socket: \(socket)",
            "  builds: \(runtime.builds)",
            "  ports: \(runtime.ports.lowerBound)-\(runtime.ports.upperBound)",
            "  subnets: \(runtime.subnets)",
        ]
    }

    private var routerLines: [String] {
        let caddy =
            switch router.caddy {
            case .managed: "managed"
            case .external(let url): Self.quoted(url)
            }
        return [
            "router:", "  domain: \(Self.quoted(router.domain))", "  caddy: \(caddy)", "  http: \(router.httpPort)",
        ]
    }

    private var registryLines: [String] {
        guard !registries.isEmpty else { return ["registries: []"] }
        return ["registries:"]
            + registries.flatMap { registry in
                [
                    "  - host: \(Self.quoted(registry.host))",
                    "    user: \(Self.quoted(registry.user))",
                    "    password: \(Self.text(registry.password))",
                ]
            }
    }

    private var limitLines: [String] {
        [
            "limits:",
            "  blob: \(Quantity.text(bytes: limits.blobBytes))",
            "  delivery: \(Quantity.text(bytes: limits.deliveryBytes))",
            "  build_timeout: \(Quantity.text(limits.buildTimeout))",
            "  build_memory: \(Quantity.text(bytes: limits.buildMemoryBytes))",
            "  build_log: \(Quantity.text(bytes: limits.buildLogBytes))",
            "  fetch: \(Quantity.text(bytes: limits.fetchBytes))",
            "  fetch_timeout: \(Quantity.text(limits.fetchTimeout))",
            "  build_cache: \(limits.buildCacheBytes.map { Quantity.text(bytes: $0) } ?? "auto")",
            "  disk_reserve: \(limits.diskReserveBytes.map { Quantity.text(bytes: $0) } ?? "auto")",
            "  memory_reserve: \(limits.memoryReserveBytes.map { Quantity.text(bytes: $0) } ?? "auto")",
        ]
    }

    private var notificationLines: [String] {
        guard !notifications.isEmpty else { return ["notifications: []"] }
        return ["notifications:"]
            + notifications.flatMap { subscriber in
                var lines = ["  - name: \(Self.quoted(subscriber.name))", "    kind: \(subscriber.kind.rawValue)"]
                switch subscriber.address {
                case .url(let url): lines.append("    url: \(Self.quoted(url))")
                case .secret(let source): lines.append("    url: \(Self.text(source))")
                }
                if let secret = subscriber.secret { lines.append("    secret: \(Self.text(secret))") }
                lines.append("    on: [\(subscriber.outcomes.map(\.rawValue).sorted().joined(separator: ", "))]")
                lines.append(
                    "    environments: [\(subscriber.environments.map(\.rawValue).sorted().joined(separator: ", "))]")
                if let projects = subscriber.projects {
                    lines.append("    projects: [\(projects.sorted().map(\.rawValue).joined(separator: ", "))]")
                }
                return lines + ["    allow_private: \(subscriber.allowsPrivate)"]
            }
    }

    private var projectLines: [String] {
        guard !projects.isEmpty else { return ["projects: []"] }
        return ["projects:"] + projects.flatMap(Self.lines)
    }

    private static func lines(of project: Project) -> [String] {
        var lines = [
            "  - repository: \(quoted(project.repository.description))", "    name: \(quoted(project.name.rawValue))",
        ]
        if let host = project.host { lines.append("    host: \(host.rawValue)") }
        switch project.credential {
        case .none: break
        case .token(let user, let source):
            lines += ["    credential:"] + (user.map { ["      user: \(quoted($0))"] } ?? [])
            lines.append("      token: \(text(source))")
        case .password(let user, let source):
            lines += ["    credential:", "      user: \(quoted(user))", "      password: \(text(source))"]
        case .app(let app):
            lines += ["    credential:", "      app:", "        id: \(quoted(app.id))"]
            if let number = app.installation { lines.append("        installation: \(number)") }
            lines.append("        private_key: \(text(app.key))")
        case .sshKey(let key, let passphrase, let knownHosts):
            lines += ["    credential:", "      ssh_key: \(text(key))"]
            if let passphrase { lines.append("      passphrase: \(text(passphrase))") }
            lines.append("      known_hosts: \(quoted(knownHosts))")
        }
        if !project.webhookSecrets.isEmpty {
            lines += ["    webhook_secret:"] + project.webhookSecrets.map { "      - \(text($0))" }
        }
        lines += ["    api:"] + (project.api.url.map { ["      url: \(quoted($0))"] } ?? [])
        if let token = project.api.token { lines.append("      token: \(text(token))") }
        lines.append("      reports: \(project.api.reports)")
        lines.append("      deployments: \(project.api.deployments)")
        return lines
    }

    private static func text(_ source: SecretSource) -> String {
        switch source {
        case .file(let path): "{ file: \(quoted(path)) }"
        }
    }

    /// Plain where that is safe, else in double quotes, whose escapes are JSON's (YAML 1.2, section 5.7).
    private static func quoted(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { HostText.isLetterOrDigit($0) || $0 == UInt8(ascii: "/") } == true
            && text.utf8.last != UInt8(ascii: ":")
            && text.utf8.allSatisfy { HostText.isLetterOrDigit($0) || "/._-@:+".utf8.contains($0) }
            && !["null", "Null", "NULL"].contains(text)
        return isPlain ? text : JSONValue.literal(text)
    }
}
