import GitHosts
import HTTPServer
import Testing

@testable import Console

struct OpenAPITests {
    @Test func describesEveryRoute() throws {
        let root = try #require(JSONDocument(OpenAPI.response.body)?.root)
        #expect(root["openapi"]?.string == "3.1.0")
        for route in Routes.all {
            let operation = root["paths"]?[route.template]?[route.method.lowercased()]
            #expect(operation?["summary"]?.string == route.summary)
            let names = operation?["parameters"]?.elements.compactMap { $0["name"]?.string } ?? []
            #expect(names.suffix(route.parameters.count) == route.parameters.map(\.name)[...])
        }
    }

    @Test func saysWhatABodyNeeds() throws {
        let path = "/api/v1/projects/{project}/environments/{environment}/rollback"
        let root = try #require(JSONDocument(OpenAPI.response.body)?.root)
        let body = root["paths"]?[path]?["post"]?["requestBody"]?["content"]?["application/json"]?["schema"]
        #expect(body?["required"]?.elements.map(\.string) == ["reason"])
        #expect(body?["properties"]?["release"]?["type"]?.string == "string")
    }
}
