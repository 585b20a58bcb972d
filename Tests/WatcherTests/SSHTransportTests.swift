import Model
import TestSupport
import Testing
import Watcher

@Suite struct SSHTransportTests {
    private let workshop: GitWorkshop
    private let server: SSHGitServer
    private let address: RemoteAddress
    private let transport: GitTransport
    private let commit: String

    init() throws {
        workshop = try GitWorkshop()
        let bare = try workshop.makeRemote()
        commit = try workshop.push()
        server = try SSHGitServer(workshop)
        address = try server.address(bare)
        transport = GitTransport(executable: try Program.path())
    }

    private func result(
        _ credential: RemoteCredential, _ address: RemoteAddress? = nil
    ) async throws -> Result<
        RefListing, StageFailure
    > {
        try await #require(transport.list([address ?? self.address], credential: credential).first)
    }

    private func failure(_ credential: RemoteCredential, _ address: RemoteAddress? = nil) async throws -> StageFailure?
    {
        if case .failure(let failure) = try await result(credential, address) { failure } else { nil }
    }

    @Test(arguments: ["ssh-ed25519", "ecdsa"])
    func listsWhicheverKindOfHostKeyIsKnown(kind: String) async throws {
        let listing = try await result(server.credential(knownHosts: server.knownHosts(kind))).get()
        #expect(listing.refs.map(\.commit.hex) == [commit])
    }

    @Test func fetches() async throws {
        let credential = try server.credential(knownHosts: server.knownHosts("ssh-ed25519"))
        let mirror = Mirror(path: workshop.path(of: "mirror.git"))
        try await transport.fetch(
            [.branch("main")], from: RepositorySource(address: address, credential: credential), into: mirror.path)
        #expect(await mirror.contains(try #require(ObjectID(commit))))
    }

    @Test func opensAKeyWithItsPassphrase() async throws {
        let (key, hosts) = (workshop.path(of: "locked"), server.knownHosts("ssh-ed25519"))
        let open = try server.credential(key: key, passphrase: "open sesame", knownHosts: hosts)
        #expect(try await result(open).get().refs.count == 1)
        let closed = try server.credential(key: key, passphrase: "wrong", knownHosts: hosts)
        let failure = try #require(try await failure(closed))
        #expect(failure.reason == .remoteUnauthorised, "\(failure)")
    }

    @Test func refusesAHostItDoesNotKnow() async throws {
        let failure = try #require(try await failure(server.credential(knownHosts: "")))
        #expect(failure.reason == .remoteUnreachable)
        #expect(failure.message.contains("host key of [127.0.0.1]:\(server.port) is not known (SHA256:"))
        #expect(failure.hint?.contains("ssh-keyscan -p \(server.port) 127.0.0.1") == true)
    }

    @Test func refusesAHostWhoseKeyIsAnother() async throws {
        let other = server.knownHosts("ssh-ed25519").replacing(
            "AAAAC3NzaC1lZDI1NTE5AAAAI", with: "AAAAC3NzaC1lZDI1NTE5AAAAJ")
        let failure = try #require(try await failure(server.credential(knownHosts: other)))
        #expect(failure.message.contains("is not the known one"))
    }

    @Test func saysThatAKeyIsRefused() async throws {
        let key = workshop.path(of: "host-ed25519")
        let credential = try server.credential(key: key, knownHosts: server.knownHosts("ssh-ed25519"))
        #expect(try await failure(credential)?.reason == .remoteUnauthorised)
    }

    @Test func saysThatARepositoryIsNotThere() async throws {
        let credential = try server.credential(knownHosts: server.knownHosts("ssh-ed25519"))
        #expect(try await failure(credential, server.address("/nonexistent.git"))?.reason == .remoteNotFound)
    }
}
