import YAML

extension YAMLNode {
    /// The text of a scalar, however it is written.
    var text: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// The text of a scalar without quotes: the only ones that can be something else than text.
    var plainText: String? {
        guard case .scalar(let text, .plain) = content else { return nil }
        return text
    }

    /// Whether nothing is written, or a word for nothing (YAML 1.2, section 10.2.1.1).
    var isNull: Bool {
        guard let plainText else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(plainText)
    }

    /// What it is, for messages. Never the value itself, which could be a secret in the wrong place.
    var kind: String {
        switch content {
        case .mapping: return "fields"
        case .sequence: return "a list"
        case .refused: return "something refused"
        case .scalar:
            guard let plainText else { return "text in quotes" }
            if isNull { return "nothing" }
            if plainText == "true" || plainText == "false" { return plainText }
            return Int(plainText) != nil ? "a number" : "text"
        }
    }
}

extension Findings {
    /// Notes that a node is of another kind than it must be.
    mutating func addMismatch(_ node: YAMLNode, _ path: Path, expected: String, hint: String? = nil) {
        // What the reader of the YAML refused is among the problems already.
        guard node.content != .refused else { return }
        add(node, path, "expected \(expected), found \(node.kind)", hint: hint)
    }
}
