import Config
import Daemon
import Deployer
import Glibc
import Lifecycle
import Model

/// `slipway config show`
enum ConfigShowVerb {
    static let verb = Verb(
        "config show", .run, "the configuration with every default filled in, and no secret", flags: [.config],
        examples: [.init("config show --config config.yml", "what the daemon would run with")]
    ) { invocation async throws(CommandProblem) in
        invocation.screen.text(try invocation.configuration().redacted)
        return ExitCode.done
    }
}

/// `slipway schema`
enum SchemaVerb {
    private static let configuration = Flag("configuration", "the schema of the daemon's configuration instead")

    static let verb = Verb(
        "schema", .run, "the JSON schema of the manifest, for editors", flags: [configuration],
        examples: [.init("schema > slipway.schema.json", "a file that an editor can complete from")]
    ) { invocation async throws(CommandProblem) in
        invocation.screen.text(invocation.has(configuration) ? ConfigurationSchema.json : ManifestSchema.json)
        return ExitCode.done
    }
}

/// `slipway router-config`: what `slipway-caddy.service` runs before Caddy starts.
enum RouterConfigVerb {
    static let verb = Verb(
        "router-config", .hidden, "write what the managed Caddy begins with", flags: [.config],
        examples: [.init("router-config --config /etc/slipway/config.yml", "before Caddy is started as a unit")]
    ) { invocation async throws(CommandProblem) in
        let configuration = try invocation.configuration()
        guard configuration.router.caddy == .managed else {
            invocation.screen.note("the configuration names a Caddy of its own: nothing to write")
            return ExitCode.done
        }
        var made = ""
        for part in configuration.state.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST { break }
        }
        let frame = CaddyFrame(
            httpPort: configuration.router.httpPort, daemonAddress: configuration.listen.description,
            publicHost: configuration.publicHost)
        let directory = configuration.state + "/caddy"
        do throws(StageFailure) {
            try ManagedCaddy(directory: directory, frame: frame, log: .silent).writeBase()
        } catch {
            throw .stage(error)
        }
        invocation.screen.line("wrote \(clean(directory))/base.json")
        return ExitCode.done
    }
}
