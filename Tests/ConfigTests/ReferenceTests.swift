import Model
import Testing
import YAML

@testable import Config

struct ReferenceTests {
    @Test func theReferenceManifestShowsEveryField() throws {
        let text = try ReferenceFiles.text("config/slipway.yml")
        #expect(try missing(ManifestShape.manifest.fieldPaths, in: text) == [])
        #expect(Reading.manifestProblems(text) == [])
    }

    @Test func theReferenceConfigurationShowsEveryField() throws {
        let text = try ReferenceFiles.text("config/config.yml")
        let shape = ConfigurationShape(surroundings: Reading.root).configuration
        #expect(try missing(shape.fieldPaths, in: text) == [])
        #expect(Reading.configurationProblems(text) == [])
        #expect(text.contains("{ file: /") && text.contains("{ credential: "))
    }

    @Test func theMinimalFilesAreEnough() throws {
        let manifest = try Reading.manifest(try ReferenceFiles.text("config/minimal/slipway.yml"))
        #expect(manifest.services["web"]?.health.path == "/healthz")
        let configuration = try Reading.configuration(try ReferenceFiles.text("config/minimal/config.yml"))
        #expect(configuration.projects.map(\.name.rawValue) == ["shop"])
    }

    /// The defaults that the reference configuration shows are the defaults.
    @Test func theReferenceConfigurationShowsTheDefaults() throws {
        var configuration = try Reading.configuration(try ReferenceFiles.text("config/config.yml"))
        configuration.projects = []
        configuration.registries = []
        configuration.notifications = []
        configuration.publicURL = nil
        #expect(configuration == Configuration(surroundings: Reading.root))
    }

    /// The paths that no node of the text has.
    private func missing(_ paths: [String], in text: String) throws -> [String] {
        let root = try #require(try YAMLDocument(Array(text.utf8)).root)
        return paths.filter { !has($0.split(separator: ".").map(String.init)[...], root) }
    }

    private func has(_ path: ArraySlice<String>, _ node: YAMLNode) -> Bool {
        guard let first = path.first else { return true }
        let isList = first.hasSuffix("[]")
        let name = isList ? String(first.dropLast(2)) : first
        guard case .mapping(let entries) = node.content else { return false }
        return entries.filter { name == "*" || $0.key == name }.contains { entry in
            guard isList else { return has(path.dropFirst(), entry.value) }
            guard case .sequence(let items) = entry.value.content else { return false }
            return items.contains { has(path.dropFirst(), $0) }
        }
    }
}
