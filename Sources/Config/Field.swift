import YAML

/// One field of a group: its name, its shape, and where its value goes.
struct Field<Target>: Sendable {
    /// The key in the text.
    let name: String
    /// One line for editors and the reference.
    let about: String
    /// Whether the group is wrong without it.
    var isRequired = false
    /// The JSON schema of the value; nil for a field that is declared but does not work yet.
    let schema: JSONValue?
    /// The fields below, this one first.
    let fieldPaths: [String]
    /// Reads the value into the target.
    let apply: @Sendable (YAMLNode, Path, inout Findings, inout Target) -> Void

    /// A field whose value is handed to the closure.
    init<Value>(
        _ name: String, _ shape: Shape<Value>, about: String,
        set: @escaping @Sendable (inout Target, Value) -> Void
    ) {
        self.name = name
        self.about = about
        schema = shape.schema
        fieldPaths = [name] + shape.fieldPaths.map { $0.hasPrefix("[]") ? name + $0 : "\(name).\($0)" }
        apply = { node, path, findings, target in
            if let value = shape.read(node, path, &findings) { set(&target, value) }
        }
    }

    /// A field whose value goes where the key path leads.
    init<Value>(
        _ name: String, _ shape: Shape<Value>, _ keyPath: any WritableKeyPath<Target, Value> & Sendable, about: String
    ) {
        self.init(name, shape, about: about) { $0[keyPath: keyPath] = $1 }
    }

    /// A field whose value goes where the key path leads, in place of nothing.
    init<Value>(
        _ name: String, _ shape: Shape<Value>, _ keyPath: any WritableKeyPath<Target, Value?> & Sendable, about: String
    ) {
        self.init(name, shape, about: about) { $0[keyPath: keyPath] = $1 }
    }

    private init(notYet name: String, about: String) {
        self.name = name
        self.about = about
        schema = nil
        fieldPaths = []
        apply = { node, path, findings, _ in
            findings.add(node, path, "'\(name)' is not supported yet", hint: "remove it: \(about)")
        }
    }

    /// A field that is planned: refused by name, never ignored.
    static func notYet(_ name: String, _ about: String) -> Self { Self(notYet: name, about: about) }

    /// The same field, without which the group is wrong.
    func required() -> Self {
        var copy = self
        copy.isRequired = true
        return copy
    }
}
