/// The JSON schema of `slipway.yml`, for editors.
package enum ManifestSchema {
    /// The schema as JSON text, ending in a newline.
    package static var json: String { document(ManifestShape.manifest.schema, title: "slipway.yml") }
}

/// The JSON schema of `config.yml`, for editors.
package enum ConfigurationSchema {
    /// The schema as JSON text, ending in a newline.
    package static var json: String {
        document(
            ConfigurationShape(surroundings: Surroundings(isRoot: true, variables: [:])).configuration.schema,
            title: "config.yml of Slipway")
    }
}

private func document(_ schema: JSONValue, title: String) -> String {
    let head = JSONValue.members([
        "$schema": .text("https://json-schema.org/draft/2020-12/schema"), "title": .text(title),
    ])
    guard case .object(let headMembers) = head, case .object(let members) = schema else { return schema.rendered() }
    return JSONValue.object(headMembers + members).rendered() + "\n"
}
