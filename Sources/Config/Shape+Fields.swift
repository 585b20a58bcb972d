import YAML

/// What people write for a field under another name, and what to tell them.
typealias Synonyms = [String: String]

extension Shape where Value: Sendable {
    /// A group of fields, each at most once, in any order; what is not written keeps its value in `defaults`.
    static func fields(_ defaults: Value, _ fields: [Field<Value>], synonyms: Synonyms = [:]) -> Self {
        Self(schema: schema(of: fields), fieldPaths: fields.flatMap(\.fieldPaths)) { node, path, findings in
            guard case .mapping(let entries) = node.content else {
                let names = fields.prefix(3).map { "\($0.name): …" }.joined(separator: ", ")
                findings.addMismatch(node, path, expected: "fields", hint: "write it as { \(names) }")
                return nil
            }
            var value = defaults
            for entry in entries where !entry.key.hasPrefix("x-") {
                let place = path.child(entry.key)
                guard let field = fields.first(where: { $0.name == entry.key }) else {
                    let hint = Suggestion.hint(for: entry.key, among: fields, synonyms: synonyms)
                    findings.add(entry, place, "unknown field '\(quote(entry.key))'", hint: hint)
                    continue
                }
                if field.schema != nil, entry.value.isNull {
                    findings.add(entry, place, "'\(field.name)' has no value", hint: "give one, or remove the line")
                    continue
                }
                field.apply(entry.value, place, &findings, &value)
            }
            var isComplete = true
            for field in fields where field.isRequired && !entries.contains(where: { $0.key == field.name }) {
                findings.add(node, path.child(field.name), "'\(field.name)' is missing", hint: field.about)
                isComplete = false
            }
            return isComplete ? value : nil
        }
    }

    private static func schema(of fields: [Field<Value>]) -> JSONValue {
        let properties = fields.compactMap { field in
            field.schema.map { schema in
                JSONValue.Member(name: field.name, value: schema.adding(["description": .text(field.about)]))
            }
        }
        let schema = JSONValue.members([
            "type": .text("object"), "properties": .object(properties),
            "patternProperties": .members(["^x-": .members([:])]), "additionalProperties": .flag(false),
        ])
        let required = fields.filter(\.isRequired).map { JSONValue.text($0.name) }
        return required.isEmpty ? schema : schema.adding(["required": .list(required)])
    }
}
