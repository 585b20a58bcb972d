extension Configuration {
    /// The effective configuration as YAML for `config show`: every field, secrets by where they are kept.
    package var redacted: String { "" }
}
