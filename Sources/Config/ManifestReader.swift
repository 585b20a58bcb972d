package import Model

/// Reads `slipway.yml`.
package enum ManifestReader {
    /// What the text says, or everything that is wrong with it.
    package static func read(_ bytes: [UInt8], file: String = Manifest.fileName) throws(ConfigError) -> Manifest {
        throw ConfigError(problems: [])
    }
}
