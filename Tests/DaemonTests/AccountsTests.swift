import Config
import Foundation
import GitHosts
import Model
import TestSupport
import Testing

@testable import Daemon

/// A credential is read when it is used: what was put in its file's place works at the next use.
@Suite struct AccountsTests {
    private let directory: TemporaryDirectory
    private let file: String

    init() throws {
        directory = try TemporaryDirectory()
        file = directory.path(of: "secret")
    }

    private func put(_ text: String) throws {
        // As it is done without a moment in which half of it is there.
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        chmod(file, 0o600)
    }

    private func project(
        _ credential: CredentialSource, host: GitHostKind = .github, api: Configuration.HostAccess = .init(),
        scheme: String = "https"
    ) throws -> Configuration.Project {
        Configuration.Project(
            name: try #require(ProjectName("shop")),
            repository: try RemoteAddress(parsing: "\(scheme)://git.example.com/acme/shop.git"), host: host,
            credential: credential, api: api)
    }

    @Test(arguments: GitHostKind.allCases)
    func aRotatedTokenWorksAtTheNextUse(_ kind: GitHostKind) async throws {
        let accounts = Accounts()
        let project = try project(.token(user: nil, .file(file)), host: kind)
        for text in ["one", "two"] {
            try put(text)
            #expect(try await accounts.credential(of: project) == .token(Secret(text)))
            #expect(try await accounts.callCredential(of: project) == .token(Secret(text)))
        }
    }

    @Test func aDeployKeyGoesWithATokenForTheAPI() async throws {
        let accounts = Accounts()
        let key = try directory.write("a key", to: "key")
        let hosts = try directory.write("hosts", to: "known_hosts")
        chmod(key, 0o600)
        var project = try project(
            .sshKey(.file(key), passphrase: nil, knownHosts: hosts), api: .init(token: .file(file)), scheme: "ssh")
        for text in ["one", "two"] {
            try put(text)
            #expect(try await accounts.callCredential(of: project) == .token(Secret(text)))
        }
        guard case .sshKey? = try? await accounts.credential(of: project) else {
            Issue.record("Git gets the key")
            return
        }
        // A key alone is of no use to an API.
        project.api.token = nil
        #expect(try await accounts.callCredential(of: project) == nil)
    }

    @Test func aFileThatIsGoneIsSaidAndMendsItself() async throws {
        let accounts = Accounts()
        let project = try project(.password(user: "ada", .file(file)))
        let failure = await #expect(throws: StageFailure.self) { _ = try await accounts.credential(of: project) }
        #expect(failure?.message.contains("the credential cannot be read") == true)
        try put("secret")
        #expect(try await accounts.credential(of: project) == .password(user: "ada", Secret("secret")))
    }

    @Test func anAppsTokenServesGitAndTheAPI() async throws {
        let (host, key) = (try ScriptedHost(.github), try TestKey())
        host.install(key: key)
        let accounts = Accounts()
        chmod(key.path, 0o600)
        let project = try project(.app(AppSource(id: "4711", key: .file(key.path))), api: .init(url: host.api))
        let first = Secret("ghs_of_the_test_1")
        #expect(try await accounts.credential(of: project) == .password(user: "x-access-token", first))
        #expect(try await accounts.callCredential(of: project) == .password(user: "x-access-token", first))
        #expect(host.appTokens.count == 1)
        // The remote refuses it: the next one is another.
        await accounts.refused(project)
        #expect(
            try await accounts.credential(of: project)
                == .password(user: "x-access-token", Secret("ghs_of_the_test_2")))
    }
}
