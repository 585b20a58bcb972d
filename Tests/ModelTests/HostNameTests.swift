import Crypto
import Model
import Testing

private let hashing: Hashing = { bytes in
    Digest(SHA256.hex(of: bytes)) ?? { preconditionFailure("64 digits") }()
}

struct HostNameTests {
    private func host(_ environment: String, _ project: String, service: String? = nil) throws -> String {
        let id = EnvironmentID(
            project: try #require(ProjectName(project)), name: try #require(EnvironmentName(environment)))
        return HostName.of(environment: id, service: service, domain: "localhost", hashing: hashing)
    }

    @Test func mainServiceHasTheEnvironmentsOwnName() throws {
        #expect(try host("staging", "shop") == "staging--shop.localhost")
        #expect(try host("staging", "shop", service: "api") == "api--staging--shop.localhost")
    }

    @Test func noLabelIsLongerThanDNSAllows() throws {
        var seen: Set<String> = []
        for length in 1...40 {
            for project in [1, 12, 30] {
                for service in [nil, "api", String(repeating: "s", count: 40)] {
                    // Cut at every place, a hyphen at every other one.
                    let environment = String((0..<length).map { $0 % 2 == 0 ? "a" : "-" }) + "z"
                    guard environment.utf8.count <= 40 else { continue }
                    let name = String(repeating: "p", count: project)
                    let host = try host(environment, name, service: service)
                    let label = host.dropLast(".localhost".count)
                    #expect(label.utf8.count <= HostName.labelLimit, "\(label)")
                    #expect(label.hasSuffix("--\(name)"))
                    #expect(!label.contains("---") && label.first != "-", "\(label)")
                    #expect(seen.insert(host).inserted, "\(host) twice")
                }
            }
        }
    }

    @Test func cutNamesStayApart() throws {
        let long = String(repeating: "a", count: 39)
        let project = String(repeating: "p", count: 30)
        #expect(try host(long + "b", project) != host(long + "c", project))
    }
}
