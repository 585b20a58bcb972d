import YAML

/// Reads `config.yml`: text ─▶ tree ─▶ typed configuration, with every problem at once.
package enum ConfigurationReader {
    /// What the text says, or everything that is wrong with it. `file` is what problems call it.
    package static func read(
        _ bytes: [UInt8], file: String, surroundings: Surroundings = .current
    ) throws(ConfigError) -> Configuration {
        var findings = Findings(file: file)
        let root = findings.root(of: bytes)
        let shape = ConfigurationShape(surroundings: surroundings).configuration
        let configuration = root.map { shape.read($0, .root, &findings) } ?? Configuration(surroundings: surroundings)
        if root?["projects"] == nil, findings.problems.isEmpty {
            findings.add(
                line: root?.line ?? 0, column: root?.column ?? 0, .root, "there is no project",
                hint: "write projects: [{ repository: https://… }]")
        }
        if let root, let configuration { check(root, configuration, &findings) }
        return try findings.verdict(configuration)
    }

    /// What the file at that path says, or everything that is wrong with it.
    package static func load(
        path: String, surroundings: Surroundings = .current
    ) throws(ConfigError) -> Configuration {
        let bytes: [UInt8]
        do {
            bytes = try SmallFile.read(path, byteLimit: YAMLDocument.Limits().bytes + 1)
        } catch {
            throw ConfigError(problems: [error.problem(with: path)])
        }
        return try read(bytes, file: path, surroundings: surroundings)
    }

    /// Ports that two would want.
    private static func check(_ root: YAMLNode, _ configuration: Configuration, _ findings: inout Findings) {
        let (ports, http, listen) = (
            configuration.runtime.ports, configuration.router.httpPort, configuration.listen.port
        )
        let rangePath = Path.root.child("runtime").child("ports")
        if ports.contains(http) {
            let node = root["runtime"]?["ports"] ?? root["router"]?["http"] ?? root
            findings.add(
                node, rangePath, "the containers' ports include router.http, \(http)", hint: "move one of them")
        }
        if ports.contains(listen) {
            let node = root["runtime"]?["ports"] ?? root["listen"] ?? root
            findings.add(
                node, rangePath, "the containers' ports include the port of 'listen', \(listen)",
                hint: "move one of them")
        }
        if http == listen {
            let node = root["router"]?["http"] ?? root["listen"] ?? root
            findings.add(
                node, Path.root.child("router").child("http"), "\(http) is the port of 'listen', too",
                hint: "move one of them")
        }
    }
}
