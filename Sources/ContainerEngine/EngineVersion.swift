/// Which engine answers, and what it speaks.
package struct EngineVersion: Sendable, Hashable {
    /// The engines that are told apart.
    package enum Flavour: String, Sendable, Hashable, CaseIterable {
        /// Podman's service.
        case podman
        /// Docker's daemon.
        case docker
        /// Something else that speaks the API.
        case other
    }

    /// Which engine.
    package let flavour: Flavour
    /// Its version, as it says it.
    package let version: String
    /// The newest version of the API it speaks.
    package let apiVersion: String
    /// The oldest version of the API it speaks.
    package let oldestAPIVersion: String
    /// What it builds for: `linux/amd64`.
    package let platform: String

    /// A version as given.
    package init(
        flavour: Flavour, version: String, apiVersion: String, oldestAPIVersion: String = "1.24", platform: String
    ) {
        self.flavour = flavour
        self.version = version
        self.apiVersion = apiVersion
        self.oldestAPIVersion = oldestAPIVersion
        self.platform = platform
    }

    var dialect: Dialect { Dialect(flavour: flavour, newest: apiVersion, oldest: oldestAPIVersion) }
}

/// How to speak to an engine: all that requests need to know of it.
struct Dialect: Sendable, Hashable {
    /// Which engine.
    let flavour: EngineVersion.Flavour
    /// What every path begins with: `/v1.41`.
    let prefix: String

    /// What requests are written for: what Podman 4.3 and Docker 20.10 both speak.
    private static let wanted = "1.41"

    /// The wanted version of the API, or the nearest that the engine speaks.
    init(flavour: EngineVersion.Flavour, newest: String, oldest: String) {
        func parts(_ text: String) -> [Int] { text.split(separator: ".").map { Int($0) ?? 0 } }
        self.flavour = flavour
        if parts(newest).lexicographicallyPrecedes(parts(Self.wanted)) {
            prefix = "/v\(newest)"
        } else {
            prefix = "/v" + (parts(Self.wanted).lexicographicallyPrecedes(parts(oldest)) ? oldest : Self.wanted)
        }
    }
}

/// The answer to `GET /version`.
struct VersionAnswer: Decodable {
    let version: String
    let apiVersion: String
    let oldestAPIVersion: String?
    let system: String
    let architecture: String
    let components: [Component]?

    struct Component: Decodable {
        let name: String

        enum CodingKeys: String, CodingKey {
            case name = "Name"
        }
    }

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case oldestAPIVersion = "MinAPIVersion"
        case system = "Os"
        case architecture = "Arch"
        case components = "Components"
    }

    var value: EngineVersion {
        // Podman calls its first component "Podman Engine", Docker "Engine".
        let names = (components ?? []).map(\.name)
        let flavour: EngineVersion.Flavour =
            names.contains("Podman Engine") ? .podman : names.contains("Engine") ? .docker : .other
        return EngineVersion(
            flavour: flavour, version: version, apiVersion: apiVersion,
            oldestAPIVersion: oldestAPIVersion ?? apiVersion,
            platform: "\(system)/\(architecture)")
    }
}
