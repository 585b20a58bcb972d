/// Reads `config.yml`.
package enum ConfigurationReader {
    /// What the text says, or everything that is wrong with it. `file` is what problems call it.
    package static func read(
        _ bytes: [UInt8], file: String, surroundings: Surroundings = .current
    ) throws(ConfigError) -> Configuration {
        throw ConfigError(problems: [])
    }

    /// What the file at that path says, or everything that is wrong with it.
    package static func load(
        path: String, surroundings: Surroundings = .current
    ) throws(ConfigError) -> Configuration {
        throw ConfigError(problems: [])
    }
}
