import HTTPServer
import Testing

@testable import Console

struct DispatcherTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var method = "GET"
        let path: String
        var type: String?
        var length = 0
        var audience = Route.Audience.local
        /// The status of a refusal; 0 when it is admitted.
        let status: Int
        var testDescription: String { "\(method) \(path) \(type ?? "") \(length) \(audience)" }
    }

    @Test(arguments: [
        Case(path: "/healthz", audience: .everyone, status: 0),
        Case(method: "HEAD", path: "/readyz", audience: .everyone, status: 0),
        Case(
            method: "POST", path: "/hooks/shop", type: "application/json", length: 100, audience: .everyone, status: 0),
        Case(
            method: "POST", path: "/hooks/shop", type: "Application/X-WWW-Form-Urlencoded; charset=utf-8", length: 100,
            audience: .everyone, status: 0),
        Case(
            method: "POST", path: "/hooks/shop", type: "application/json", length: 1000, audience: .everyone, status: 0),
        Case(
            method: "POST", path: "/hooks/shop", type: "application/json", length: 1001, audience: .everyone,
            status: 413),
        Case(method: "POST", path: "/hooks/shop", type: "multipart/form-data", audience: .everyone, status: 415),
        Case(method: "POST", path: "/hooks/shop", audience: .everyone, status: 415),
        Case(path: "/hooks/shop", audience: .everyone, status: 405),
        Case(method: "DELETE", path: "/healthz", audience: .everyone, status: 405),
        Case(path: "/", audience: .everyone, status: 404),
        Case(path: "/hooks", audience: .everyone, status: 404),
        Case(path: "/hooks/shop/", audience: .everyone, status: 404),
        Case(path: "/healthz/", audience: .everyone, status: 404),
        Case(path: "/api/v1/status", audience: .everyone, status: 404),
        Case(method: "POST", path: "/api/v1/projects/shop/refresh", audience: .everyone, status: 404),
        Case(path: "/api/v1/openapi.json", audience: .everyone, status: 404),
        Case(path: "/api/v1/status", status: 0),
        Case(path: "/api/v2/status", status: 404),
        Case(path: "/api/v1/status", length: 1, status: 400),
        Case(method: "POST", path: "/api/v1/projects/shop/environments/staging/hold", status: 0),
        Case(
            method: "POST", path: "/api/v1/projects/shop/environments/staging/hold", type: "application/json",
            length: 64 * 1024, status: 0),
        Case(
            method: "POST", path: "/api/v1/projects/shop/environments/staging/hold", type: "application/json",
            length: 64 * 1024 + 1, status: 413),
        Case(
            method: "POST", path: "/api/v1/projects/shop/environments/staging/hold", type: "text/plain", length: 5,
            status: 415),
        Case(method: "DELETE", path: "/api/v1/projects/shop/environments/staging", status: 0),
        Case(method: "PUT", path: "/api/v1/projects/shop/environments/staging", status: 405),
    ])
    func decidesByTheHead(_ example: Case) throws {
        let target = try #require(RequestTarget(parsing: example.path.utf8))
        let head = RequestHead(
            method: example.method, target: target,
            fields: example.type.map { [.init(name: "content-type", value: $0)] } ?? [],
            contentLength: example.length, peer: .network)
        let dispatcher = Dispatcher(audience: example.audience, deliveryByteLimit: 1000)
        switch dispatcher.admission(of: head) {
        case .admitted: #expect(example.status == 0)
        case .refused(let response):
            #expect(response.status == example.status)
            #expect(response.fields.contains(.init(name: "content-type", value: "application/problem+json")))
        }
    }

    @Test func aRefusedMethodNamesThoseThatAre() throws {
        let target = try #require(RequestTarget(parsing: "/api/v1/projects/shop/environments/staging".utf8))
        let head = RequestHead(method: "PUT", target: target, fields: [], contentLength: 0, peer: .network)
        guard case .refused(let response) = Dispatcher(audience: .local, deliveryByteLimit: 0).admission(of: head)
        else {
            Issue.record("it was admitted")
            return
        }
        #expect(response.fields.contains(.init(name: "allow", value: "GET, DELETE")))
    }

    @Test func onlyThreePathsAreServedToEveryone() {
        let open = Routes.all.filter { $0.audience == .everyone }.map { "\($0.method) \($0.template)" }
        #expect(Set(open) == ["POST /hooks/{project}", "GET /healthz", "GET /readyz"])
    }

    @Test func noTwoRoutesAreTheSame() {
        #expect(Set(Routes.all.map { "\($0.method) \($0.segments)" }).count == Routes.all.count)
    }
}
