/// The JSON schema of `slipway.yml`, for editors.
package enum ManifestSchema {
    /// The schema as JSON text.
    package static var json: String { "{}" }
}

/// The JSON schema of `config.yml`, for editors.
package enum ConfigurationSchema {
    /// The schema as JSON text.
    package static var json: String { "{}" }
}
