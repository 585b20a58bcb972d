import FoundationEssentials
import Testing

@testable import Config

struct SchemaTests {
    @Test(arguments: [ManifestSchema.json, ConfigurationSchema.json])
    func isJSONThatForbidsUnknownFields(json: String) throws {
        let schema = try JSONDecoder().decode(Schema.self, from: Data(json.utf8))
        #expect(schema.type == "object")
        #expect(schema.additionalProperties == .flag(false))
        #expect(schema.patternProperties?.keys.sorted() == ["^x-"])
    }

    @Test func hasTheFieldsThatTheReaderHas() throws {
        let schema = try JSONDecoder().decode(Schema.self, from: Data(ManifestSchema.json.utf8))
        #expect(schema.properties?.keys.sorted() == ["environments", "name", "services"])
        guard case .schema(let service) = schema.properties?["services"]?.additionalProperties else {
            Issue.record("services have no schema")
            return
        }
        let names = ManifestShape.service.fieldPaths.filter { !$0.contains(".") }.sorted()
        #expect(service.properties?.keys.sorted() == names)
    }

    /// As much of JSON Schema as is looked at here.
    private final class Schema: Decodable {
        let type: String?
        let properties: [String: Schema]?
        let patternProperties: [String: Schema]?
        let additionalProperties: Additional?

        enum Additional: Decodable, Equatable {
            case flag(Bool)
            case schema(Schema)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let flag = try? container.decode(Bool.self) {
                    self = .flag(flag)
                } else {
                    self = .schema(try container.decode(Schema.self))
                }
            }

            static func == (left: Self, right: Self) -> Bool {
                if case .flag(let one) = left, case .flag(let other) = right { one == other } else { false }
            }
        }

        private enum CodingKeys: String, CodingKey { case type, properties, patternProperties, additionalProperties }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type = try? container.decode(String.self, forKey: .type)
            properties = try container.decodeIfPresent([String: Schema].self, forKey: .properties)
            patternProperties = try container.decodeIfPresent([String: Schema].self, forKey: .patternProperties)
            additionalProperties = try container.decodeIfPresent(Additional.self, forKey: .additionalProperties)
        }
    }
}
