import Config
import Model

/// What the readers make of a text, for tests.
enum Reading {
    static let root = Surroundings(
        isRoot: true, variables: ["CREDENTIALS_DIRECTORY": "/run/credentials/slipway.service"])

    static func manifest(_ text: String) throws(ConfigError) -> Manifest {
        try ManifestReader.read(Array(text.utf8))
    }

    static func configuration(_ text: String) throws(ConfigError) -> Configuration {
        try ConfigurationReader.read(Array(text.utf8), file: "config.yml", surroundings: root)
    }

    /// The problems of a manifest, one line each; empty when there are none.
    static func manifestProblems(_ text: String) -> [String] {
        problems { () throws(ConfigError) in _ = try manifest(text) }
    }

    /// The problems of a configuration, one line each; empty when there are none.
    static func configurationProblems(_ text: String) -> [String] {
        problems { () throws(ConfigError) in _ = try configuration(text) }
    }

    private static func problems(of attempt: () throws(ConfigError) -> Void) -> [String] {
        do {
            try attempt()
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }
}

/// A text and the one problem it has.
struct Mistake: Sendable, CustomStringConvertible {
    let text: String
    let problem: String
    var description: String { problem }

    init(_ text: String, _ problem: String) {
        self.text = text
        self.problem = problem
    }
}
