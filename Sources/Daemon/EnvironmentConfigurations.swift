import Crypto
import Deployer
import FoundationEssentials
import Model

/// What the daemon adds to a release in each environment: variables, default limits, host names.
struct EnvironmentConfigurations: Sendable {
    /// The domain below which every environment has its host name.
    let domain: String
    /// Where the proxy is reached from outside.
    let front: FrontAddress

    /// What an environment adds to whatever release it runs.
    func configuration(of id: EnvironmentID, kind: EnvironmentKind, ref: RefName?) -> EnvironmentConfiguration {
        var variables = [
            "SLIPWAY_PROJECT": id.project.rawValue,
            "SLIPWAY_ENVIRONMENT": id.name.rawValue,
            "SLIPWAY_URL": front.url(of: host(of: id, service: nil)),
        ]
        // A tag is not told: a second tag on the same content must not restart production.
        if let number = id.name.pullRequest { variables["SLIPWAY_PULL_REQUEST"] = String(number) }
        if let ref, ref.isBranch { variables["SLIPWAY_BRANCH"] = ref.short }
        let limits = kind == .preview ? Resources.previewDefault : Resources()
        return EnvironmentConfiguration(digest: Self.digest(variables, limits), variables: variables, defaults: limits)
    }

    /// The host name of an environment's main service, or of a further public one.
    func host(of id: EnvironmentID, service: String?) -> String {
        HostName.of(environment: id, service: service, domain: domain, hashing: sha256)
    }

    /// The host names of a release's public services, by service.
    func hosts(of id: EnvironmentID, services: [(name: String, isPublic: Bool)]) -> [String: [String]] {
        let names = services.filter(\.isPublic).map(\.name).sorted()
        let main = names.contains("web") ? "web" : names.first
        return Dictionary(
            uniqueKeysWithValues: names.map { name in (name, [host(of: id, service: name == main ? nil : name)]) })
    }

    private static func digest(_ variables: [String: String], _ limits: Resources) -> Digest {
        var text = "slipway configuration 1\n"
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) { text += "\(name)=\(value)\n" }
        text += "cpu=\(limits.cpuMillis ?? 0) memory=\(limits.memoryBytes ?? 0)\n"
        return sha256(Array(text.utf8))
    }
}

/// SHA-256 as the pure parts take it.
let sha256: Hashing = { bytes in
    guard let digest = Digest(bytes: Crypto.SHA256.digest(of: bytes)) else {
        preconditionFailure("a SHA-256 has 32 bytes")
    }
    return digest
}
