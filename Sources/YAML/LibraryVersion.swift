import CYAML

/// Which libyaml this program runs with.
package enum YAMLLibrary {
    /// What the library says of itself.
    package static var version: String {
        yaml_get_version_string().map { "libyaml \(String(cString: $0))" } ?? "libyaml"
    }
}
