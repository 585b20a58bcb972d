import YAML

/// Which service waits for which, as written; finds what cannot be.
struct Dependencies {
    private struct Reference {
        let target: String
        let node: YAMLNode
        let path: Path
    }

    private let references: [String: [Reference]]

    /// Takes the references out of the `services` node.
    init(_ services: YAMLNode) {
        guard case .mapping(let entries) = services.content else {
            references = [:]
            return
        }
        var references: [String: [Reference]] = [:]
        for entry in entries {
            let path = Path.root.child("services").child(entry.key).child("depends_on")
            references[entry.key] = []
            guard case .sequence(let nodes)? = entry.value["depends_on"]?.content else { continue }
            references[entry.key] = nodes.enumerated().compactMap { index, node in
                node.text.map { Reference(target: $0, node: node, path: path.item(index)) }
            }
        }
        self.references = references
    }

    /// Notes references to nothing, references given twice, and circles.
    func check(_ findings: inout Findings) {
        // More is refused already; and following them recurses.
        guard references.count <= ManifestShape.serviceLimit else { return }
        for name in references.keys.sorted() {
            var seen: Set<String> = []
            for reference in references[name] ?? [] {
                let target = quote(reference.target)
                if references[reference.target] == nil {
                    let nearest = Suggestion.nearest(to: reference.target, among: references.keys.sorted())
                    let hint = nearest.map { "did you mean '\(quote($0))'?" }
                    findings.add(reference.node, reference.path, "there is no service '\(target)'", hint: hint)
                } else if !seen.insert(reference.target).inserted {
                    findings.add(reference.node, reference.path, "'\(target)' is named twice")
                }
            }
        }
        var finished: Set<String> = []
        for name in references.keys.sorted() {
            var trail: [String] = []
            follow(name, &trail, &finished, &findings)
        }
    }

    /// Each reference is followed once; one back into the trail closes a circle.
    private func follow(
        _ name: String, _ trail: inout [String], _ finished: inout Set<String>, _ findings: inout Findings
    ) {
        guard !finished.contains(name) else { return }
        trail.append(name)
        for reference in references[name] ?? [] {
            if let start = trail.firstIndex(of: reference.target) {
                let circle = (trail[start...] + [reference.target]).map { quote($0) }.joined(separator: " → ")
                findings.add(reference.node, reference.path, "services wait for each other: \(circle)")
            } else {
                follow(reference.target, &trail, &finished, &findings)
            }
        }
        trail.removeLast()
        finished.insert(name)
    }
}
