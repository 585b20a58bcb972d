import Builder
import Config
import ContainerEngine
import Model

/// What the parts of the daemon take from the configuration.
extension Configuration {
    /// The engine's socket: the configured one, or the first that exists on this machine.
    package var engineSocket: String {
        switch runtime.socket {
        case .path(let path): path
        case .auto: EngineClient.discover(environment: Surroundings.current.variables).first ?? Self.usualEngineSocket
        }
    }

    /// Where an engine is waited for when none has a socket yet.
    private static let usualEngineSocket = "/run/podman/podman.sock"

    /// The host name of the public URL, without scheme and port.
    package var publicHost: String? {
        guard let publicURL, let range = publicURL.firstRange(of: "://") else { return nil }
        let authority = publicURL[range.upperBound...].prefix { $0 != "/" }
        return String(authority.prefix { $0 != ":" })
    }

    /// The bounds of builds.
    var builderLimits: BuilderLimits {
        BuilderLimits(
            blobBytes: limits.blobBytes, timeout: limits.buildTimeout, memoryBytes: Int64(limits.buildMemoryBytes),
            logBytes: limits.buildLogBytes)
    }

    /// The accounts of registries, with their passwords as they are now; those that cannot be read are left out.
    var registryCredentials: [RegistryCredential] {
        registries.compactMap { registry in
            guard let password = try? registry.password.load() else { return nil }
            return RegistryCredential(host: registry.host, user: registry.user, password: password)
        }
    }
}
