import Config
import Model
import Testing

@testable import Daemon

/// What works without the host's API is said.
struct HostAbsenceTests {
    private func finding(
        _ remote: String, _ host: GitHostKind?, _ credential: CredentialSource = .none, token: SecretSource? = nil
    ) throws -> String? {
        let project = Configuration.Project(
            name: try #require(ProjectName("shop")), repository: try RemoteAddress(parsing: remote), host: host,
            credential: credential, api: .init(token: token))
        return HostAbsence.finding(for: project)?.what
    }

    @Test func nothingIsSaidWhereItCanBeAsked() throws {
        #expect(try finding("https://github.com/acme/shop.git", .github, .token(user: nil, .file("/x"))) == nil)
        #expect(try finding("ssh://git@github.com/acme/shop.git", .github, .none, token: .file("/x")) == nil)
    }

    @Test func whatIsMissingAndWhatThatMeansIsSaid() throws {
        let anonymous = try finding("https://github.com/acme/shop.git", .github)
        #expect(anonymous?.contains("no token for the API of GitHub") == true)
        #expect(anonymous?.contains("only when the ref goes") == true)
        #expect(try finding("https://bitbucket.org/acme/shop.git", .bitbucket)?.contains("not seen at all") == true)
        #expect(try finding("https://git.example.com/acme/shop.git", nil)?.contains("what kind of Git host") == true)
        let odd = try finding("https://github.com/shop.git", .github, .token(user: nil, .file("/x")))
        #expect(odd?.contains("none that GitHub's API knows") == true)
    }
}
