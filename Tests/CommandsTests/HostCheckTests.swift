import Config
import Model
import Testing

@testable import Commands
@testable import GitHosts

/// What `doctor` says of a credential's rights at its host.
@Suite struct HostCheckTests {
    private func project(_ api: Configuration.HostAccess = .init()) throws -> Configuration.Project {
        Configuration.Project(
            name: try #require(ProjectName("shop")),
            repository: try RemoteAddress(parsing: "https://github.com/acme/shop.git"), host: .github, api: api)
    }

    private func rights(_ verdicts: [HostDuty: HostRights.Verdict]) -> HostRights {
        var rights = HostRights()
        rights.verdicts = verdicts
        return rights
    }

    @Test func whatIsAllowedIsOneLine() throws {
        let all = rights(Dictionary(uniqueKeysWithValues: HostDuty.allCases.map { ($0, .allowed) }))
        #expect(
            HostCheck.findings(all, of: try project(), at: .github) == [
                .ok(
                    "project shop",
                    "at GitHub the credential may list pull requests, set commit statuses, show deployments, write comments"
                )
            ])
    }

    @Test func whatIsMissingIsNamedWithWhatItCosts() throws {
        let some = rights([
            .statuses: .allowed, .deployments: .missing("Deployments: read and write"),
            .comments: .unknown("nobody knows"),
        ])
        let findings = HostCheck.findings(some, of: try project(), at: .github)
        #expect(findings.map(\.verdict) == [.ok, .warning, .ok])
        #expect(findings[1].message.contains("may not show deployments at GitHub: the host shows no environments"))
        #expect(findings[1].remedy == "give it: Deployments: read and write")
        #expect(findings[2].message.contains("nobody knows"))
    }

    @Test func whatIsSwitchedOffIsNotMissed() throws {
        let none = rights([.deployments: .missing("Deployments: read and write"), .statuses: .missing("more")])
        let quiet = try project(.init(reports: false))
        #expect(HostCheck.findings(none, of: quiet, at: .github).isEmpty)
        let plain = HostCheck.findings(none, of: try project(.init(deployments: false)), at: .github)
        #expect(plain.count == 1)
    }
}
