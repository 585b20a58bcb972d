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

    /// What requests are written for: what Podman 4.3 and Docker 20.10 both speak.
    private static let wantedAPIVersion = "1.41"

    /// The version of the API to ask for: the wanted one, or the nearest that the engine speaks.
    var spokenAPIVersion: String {
        func parts(_ text: String) -> [Int] { text.split(separator: ".").map { Int($0) ?? 0 } }
        let wanted = parts(Self.wantedAPIVersion)
        if parts(apiVersion).lexicographicallyPrecedes(wanted) { return apiVersion }
        return wanted.lexicographicallyPrecedes(parts(oldestAPIVersion)) ? oldestAPIVersion : Self.wantedAPIVersion
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
