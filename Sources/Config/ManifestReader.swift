package import Model
import YAML

/// Reads `slipway.yml`: text ─▶ tree ─▶ typed manifest, with every problem at once.
package enum ManifestReader {
    /// What the text says, or everything that is wrong with it. `file` is what problems call it.
    package static func read(_ bytes: [UInt8], file: String = Manifest.fileName) throws(ConfigError) -> Manifest {
        var findings = Findings(file: file)
        guard let root = findings.root(of: bytes) else {
            return try findings.verdict(Manifest.withoutFile)
        }
        var manifest = ManifestShape.manifest.read(root, .root, &findings)
        if let services = root["services"] { check(services, &findings) }
        if let environments = root["environments"], let policies = manifest?.environments {
            check(environments, policies, &findings)
        }
        if let services = root["services"] { decideWhatIsPublic(services, &manifest) }
        return try findings.verdict(manifest)
    }

    /// Public by default is the only service, or the one named `web`; never a worker.
    private static func decideWhatIsPublic(_ services: YAMLNode, _ manifest: inout Manifest?) {
        guard var changed = manifest else { return }
        for (name, service) in changed.services where services[name]?["public"] == nil {
            let isLikely = changed.services.count == 1 || name == "web"
            changed.services[name]?.isPublic = isLikely && service.port != .worker
        }
        manifest = changed
    }

    private static func check(_ services: YAMLNode, _ findings: inout Findings) {
        let path = Path.root.child("services")
        guard case .mapping(let entries) = services.content else { return }
        if entries.isEmpty {
            findings.add(services, path, "there is no service", hint: "remove 'services' for the default")
        }
        for entry in entries { check(entry.value, path.child(entry.key), &findings) }
        Dependencies(services).check(&findings)
    }

    /// What no field can say alone.
    private static func check(_ service: YAMLNode, _ path: Path, _ findings: inout Findings) {
        if service["port"]?.text == "none" {
            if let node = service["public"], node.plainText == "true" {
                findings.add(node, path.child("public"), "a service without a port cannot be public")
            }
            if let node = service["health"]?["path"] {
                let place = path.child("health").child("path")
                findings.add(node, place, "a service without a port answers no requests")
            }
        }
        if service["overlap"]?.plainText == "false", let node = service["replicas"],
            let count = node.plainText.flatMap({ Int($0) }), count > 1
        {
            findings.add(
                node, path.child("replicas"), "\(count) replicas contradict 'overlap: false'",
                hint: "that means never two at once")
        }
    }

    private static func check(_ node: YAMLNode, _ policies: EnvironmentPolicies, _ findings: inout Findings) {
        guard let after = policies.production?.after else { return }
        guard after == .staging ? policies.staging == nil : policies.development == nil else { return }
        let path = Path.root.child("environments").child("production")
        let production = node["production"]
        findings.add(
            production?["after"] ?? production ?? node, path.child("after"),
            "production comes after \(after), which is switched off",
            hint: "switch it on, or say what production comes after: another environment, or false")
    }
}
