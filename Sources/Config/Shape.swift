import YAML

/// How one kind of value is written: read from YAML, and told to editors as a JSON schema.
///
/// Reader and schema come from the same declaration, so they cannot drift apart.
struct Shape<Value>: Sendable {
    /// The JSON schema of what is accepted.
    let schema: JSONValue
    /// The fields below, as paths where `*` stands for a name of the user's and `[]` for an item.
    let fieldPaths: [String]
    /// The value; nil when it is wrong, which is then among the findings.
    let read: @Sendable (YAMLNode, Path, inout Findings) -> Value?

    init(
        schema: JSONValue, fieldPaths: [String] = [],
        read: @escaping @Sendable (YAMLNode, Path, inout Findings) -> Value?
    ) {
        self.schema = schema
        self.fieldPaths = fieldPaths
        self.read = read
    }

    /// The same text, read on into another kind of value. The closure notes what is wrong when it returns nil.
    func then<New>(
        _ convert: @escaping @Sendable (Value, YAMLNode, Path, inout Findings) -> New?
    ) -> Shape<New> {
        let read = read
        return Shape<New>(schema: schema, fieldPaths: fieldPaths) { node, path, findings in
            guard let value = read(node, path, &findings) else { return nil }
            return convert(value, node, path, &findings)
        }
    }

    /// The same text, as another kind of value.
    func map<New>(_ convert: @escaping @Sendable (Value) -> New) -> Shape<New> {
        then { value, _, _, _ in convert(value) }
    }

    /// This, or `false` for none.
    func orFalse() -> Shape<Value?> {
        let read = read
        let schema = JSONValue.members(["anyOf": .list([.members(["const": .flag(false)]), schema])])
        return Shape<Value?>(schema: schema, fieldPaths: fieldPaths) { node, path, findings in
            if node.plainText == "false" { return .some(nil) }
            return read(node, path, &findings).map { .some($0) }
        }
    }

    /// The words that stand for a value by themselves, or else this.
    func or(_ words: KeyValuePairs<String, Value>) -> Shape<Value> where Value: Sendable {
        let pairs = words.map { ($0.key, $0.value) }
        let read = read
        let constant = JSONValue.members(["enum": .list(pairs.map { .text($0.0) })])
        let schema = JSONValue.members(["anyOf": .list([constant, schema])])
        return Shape(schema: schema, fieldPaths: fieldPaths) { node, path, findings in
            if let text = node.text, let pair = pairs.first(where: { $0.0 == text }) { return pair.1 }
            return read(node, path, &findings)
        }
    }

    /// One of these, or a list of at most that many.
    func oneOrList(atMost limit: Int) -> Shape<[Value]> {
        let list = Shape<[Value]>.list(of: self, atMost: limit)
        let read = read
        let schema = JSONValue.members(["anyOf": .list([schema, list.schema])])
        return Shape<[Value]>(schema: schema, fieldPaths: fieldPaths) { node, path, findings in
            if case .sequence = node.content { return list.read(node, path, &findings) }
            return read(node, path, &findings).map { [$0] }
        }
    }

    /// A list; a wrong item is left out and noted.
    static func list<Item>(of item: Shape<Item>, atMost limit: Int = 1000) -> Self where Value == [Item] {
        Self(
            schema: .members(["type": .text("array"), "items": item.schema, "maxItems": .number(limit)]),
            fieldPaths: item.fieldPaths.map { "[].\($0)" }
        ) { node, path, findings in
            guard case .sequence(let nodes) = node.content else {
                findings.addMismatch(node, path, expected: "a list", hint: "write it as [one, two]")
                return nil
            }
            if nodes.count > limit { findings.add(node, path, "at most \(limit) are allowed, found \(nodes.count)") }
            return nodes.prefix(limit).enumerated().compactMap { index, node in
                item.read(node, path.item(index), &findings)
            }
        }
    }

    /// Values under names of the user's own; a wrong one is left out and noted.
    static func map<Item>(of item: Shape<Item>, names: NameRule, atMost limit: Int = 1000) -> Self
    where Value == [String: Item] {
        Self(
            schema: .members([
                "type": .text("object"), "propertyNames": .members(["pattern": .text(names.pattern)]),
                "additionalProperties": item.schema, "maxProperties": .number(limit),
            ]),
            fieldPaths: item.fieldPaths.map { "*.\($0)" }
        ) { node, path, findings in
            guard case .mapping(let entries) = node.content else {
                let example = "write it as { \(names.example): … }"
                findings.addMismatch(node, path, expected: "names with values", hint: example)
                return nil
            }
            if entries.count > limit { findings.add(node, path, "at most \(limit) are allowed") }
            var values: [String: Item] = [:]
            for entry in entries.prefix(limit) {
                let place = path.child(entry.key)
                if let problem = names.problem(entry.key) {
                    findings.add(entry, place, problem.message, hint: problem.hint)
                }
                values[entry.key] = item.read(entry.value, place, &findings)
            }
            return values
        }
    }
}

/// What names of the user's own look like.
struct NameRule: Sendable {
    /// The same as a regular expression for editors.
    let pattern: String
    /// A name that is fine.
    let example: String
    /// What is wrong with a name; nil when nothing is.
    let problem: @Sendable (String) -> (message: String, hint: String?)?
}
