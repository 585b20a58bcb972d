import YAML

extension ConfigurationReader {
    /// The library that reads YAML, for reports.
    package static var libraryVersion: String { YAMLLibrary.version }
}
