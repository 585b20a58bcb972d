import YAML

/// What is wrong with a text, for a rule that refuses it.
struct Refusal: Sendable {
    let message: String
    var hint: String?
}

extension Shape where Value == String {
    /// Any text without NUL of at most 32 KiB; numbers and words such as `no` are taken as written.
    static let text = Shape { node, path, findings in
        guard let text = node.text, !node.isNull else {
            findings.addMismatch(node, path, expected: "text", hint: node.isNull ? "write \"\" for empty text" : nil)
            return nil
        }
        guard text.utf8.count <= 32 << 10, !text.utf8.contains(0) else {
            findings.add(node, path, "the text is longer than 32 KiB, or holds a NUL character")
            return nil
        }
        return text
    }

    private init(read: @escaping @Sendable (YAMLNode, Path, inout Findings) -> String?) {
        let types = ["string", "number", "boolean"].map { JSONValue.text($0) }
        self.init(schema: .members(["type": .list(types)]), read: read)
    }

    /// Text that a rule accepts; the pattern tells editors about the same.
    static func text(
        pattern: String? = nil, refusedBy rule: @escaping @Sendable (String) -> Refusal?
    ) -> Shape {
        let schema = JSONValue.members(["type": .text("string")])
        let base = Shape.text
        return Shape(schema: pattern.map { schema.adding(["pattern": .text($0)]) } ?? schema) { node, path, findings in
            guard let text = base.read(node, path, &findings) else { return nil }
            if let refusal = rule(text) {
                findings.add(node, path, refusal.message, hint: refusal.hint)
                return nil
            }
            return text
        }
    }
}

extension Shape where Value == Bool {
    /// `true` or `false`, nothing else.
    static let flag = Shape(schema: .members(["type": .text("boolean")])) { node, path, findings in
        switch node.plainText {
        case "true": return true
        case "false": return false
        default:
            let word = node.text?.lowercased() ?? ""
            let hint: String? =
                ["yes", "on", "y", "true", "1"].contains(word)
                ? "write true" : ["no", "off", "n", "false", "0"].contains(word) ? "write false" : nil
            findings.addMismatch(node, path, expected: "true or false", hint: hint)
            return nil
        }
    }
}

extension Shape where Value == Int {
    /// A whole number in decimal digits.
    static func integer(in range: ClosedRange<Int>) -> Shape {
        let schema = JSONValue.members([
            "type": .text("integer"), "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound),
        ])
        return Shape(schema: schema) { node, path, findings in
            guard let text = node.plainText, let digits = WholeNumber(text) else {
                let isQuoted = node.plainText == nil && node.text.map { WholeNumber($0) != nil } == true
                let hint = isQuoted ? "remove the quotes" : "decimal digits only"
                findings.addMismatch(node, path, expected: "a whole number", hint: node.text == nil ? nil : hint)
                return nil
            }
            guard let value = digits.value, range.contains(value) else {
                findings.add(
                    node, path, "\(quote(text)) is out of range",
                    hint: "from \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return value
        }
    }
}

extension Shape where Value == Duration {
    /// A whole number with its unit: `500ms`, `10s`, `5m`, `2h`, `7d`.
    static func duration(in range: ClosedRange<Duration>) -> Shape {
        Shape(schema: .pattern("^(0|[1-9][0-9]*)(ms|s|m|h|d)$")) { node, path, findings in
            guard let text = node.text, !node.isNull else {
                findings.addMismatch(node, path, expected: "a duration", hint: "such as 10s")
                return nil
            }
            guard let duration = Quantity.duration(text) else {
                let hint =
                    WholeNumber(text) != nil ? "with its unit: \(quote(text))s" : "such as 500ms, 10s, 5m, 2h or 7d"
                findings.add(node, path, "'\(quote(text))' is no duration", hint: hint)
                return nil
            }
            guard range.contains(duration) else {
                let bounds = "from \(Quantity.text(range.lowerBound)) to \(Quantity.text(range.upperBound))"
                findings.add(node, path, "\(quote(text)) is out of range", hint: bounds)
                return nil
            }
            return duration
        }
    }
}

extension Shape where Value == Int {
    /// A size with its unit: `64Ki`, `256Mi`, `2Gi`.
    static func bytes(in range: ClosedRange<Int>) -> Shape {
        Shape(schema: .pattern("^[1-9][0-9]*(Ki|Mi|Gi)$")) { node, path, findings in
            guard let text = node.text, !node.isNull else {
                findings.addMismatch(node, path, expected: "a size", hint: "such as 256Mi")
                return nil
            }
            guard let bytes = Quantity.bytes(text) else {
                let hint = Quantity.likelyBytes(text).map { "did you mean \($0)?" } ?? "such as 64Ki, 256Mi or 2Gi"
                findings.add(node, path, "'\(quote(text))' is no size with a unit", hint: hint)
                return nil
            }
            guard range.contains(bytes) else {
                let bounds =
                    "from \(Quantity.text(bytes: range.lowerBound)) to \(Quantity.text(bytes: range.upperBound))"
                findings.add(node, path, "\(quote(text)) is out of range", hint: bounds)
                return nil
            }
            return bytes
        }
    }

    /// Thousandths of a processor: `500m`.
    static func cpuMillis(in range: ClosedRange<Int>) -> Shape {
        Shape(schema: .pattern("^[1-9][0-9]*m$")) { node, path, findings in
            guard let text = node.text, !node.isNull else {
                findings.addMismatch(node, path, expected: "a share of a processor", hint: "such as 500m")
                return nil
            }
            guard text.hasSuffix("m"), let digits = WholeNumber(String(text.dropLast())) else {
                let hint =
                    Quantity.likelyMillis(text).map { "in thousandths: \($0)m" } ?? "in thousandths, such as 500m"
                findings.add(node, path, "'\(quote(text))' is no share of a processor", hint: hint)
                return nil
            }
            guard let value = digits.value, range.contains(value) else {
                let bounds = "from \(range.lowerBound)m to \(range.upperBound)m"
                findings.add(node, path, "\(quote(text)) is out of range", hint: bounds)
                return nil
            }
            return value
        }
    }
}

extension JSONValue {
    /// Text of that form.
    static func pattern(_ pattern: String) -> JSONValue {
        .members(["type": .text("string"), "pattern": .text(pattern)])
    }
}
