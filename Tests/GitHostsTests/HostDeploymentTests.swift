import GitHosts
import Lifecycle
import Model
import TestSupport
import Testing

/// What GitHub and GitLab are told of deployments, against strict ones on loopback.
@Suite struct HostDeploymentTests {
    private static let pool = BlockingPool(name: "slipway.test.deployments", width: 4)
    private let commit = ObjectID("0123456789abcdef0123456789abcdef01234567") ?? .zero
    private let other = ObjectID("89abcdef0123456789abcdef0123456789abcdef") ?? .zero
    private let project: ProjectName

    init() throws { project = try #require(ProjectName("shop")) }

    private func client(_ host: ScriptedHost) throws -> HostClient {
        let remote = try RemoteAddress(parsing: "https://git.example.com/\(host.repository).git")
        let repository = try #require(HostRepository(kind: host.kind, remote: remote, api: host.api))
        let secret = Secret(host.token)
        return HostClient(repository: repository, pool: Self.pool) { () throws(StageFailure) in .token(secret) }
    }

    private func deployment(
        _ state: HostDeployment.State, of commit: ObjectID? = nil, in name: String = "feature-x",
        kind: EnvironmentKind = .preview
    ) throws -> HostDeployment {
        HostDeployment(
            environment: EnvironmentID(project: project, name: try #require(EnvironmentName(name))), kind: kind,
            commit: commit ?? self.commit, ref: .branch(name), state: state, summary: "\(state)",
            url: state == .success ? "http://\(name)--shop.localhost:8080" : nil)
    }

    /// Tells one state after the other.
    private func tell(
        _ states: [HostDeployment.State], to client: HostClient, kind: EnvironmentKind = .preview
    ) async throws -> ToldDeployment? {
        var told: ToldDeployment?
        for state in states { told = try await client.show(try deployment(state, kind: kind), before: told) }
        return told
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func aPreviewIsShownFromItsBeginningToItsEnd(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        _ = try await tell([.queued, .running, .success, .gone], to: try client(host))
        #expect(host.deployments.count == 1)
        let shown = try #require(host.deployments.first)
        if kind == .github {
            #expect(shown.states == ["queued", "in_progress", "success", "inactive"])
            #expect(shown.url == "http://feature-x--shop.localhost:8080")
            #expect(shown.isTransient && !shown.isProduction)
            #expect(shown.payload == "shop/feature-x")
        } else {
            #expect(shown.states == ["running", "success"])
            #expect(host.environments.map(\.state) == ["stopped"])
            #expect(host.environments.map(\.url) == ["http://feature-x--shop.localhost:8080"])
        }
        #expect(host.unknownCalls.isEmpty)
    }

    @Test func productionIsMarkedAsSuch() async throws {
        let host = try ScriptedHost(.github)
        _ = try await tell([.queued, .success, .replaced], to: try client(host), kind: .production)
        #expect(host.deployments.map(\.isProduction) == [true])
        #expect(host.deployments.map(\.isTransient) == [false])
        #expect(host.deployments.first?.states == ["queued", "success", "inactive"])
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func aFailureStaysOneWhenItsEnvironmentGoes(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        _ = try await tell([.running, .failure, .gone], to: try client(host))
        #expect(host.deployments.first?.state == (kind == .github ? "failure" : "failed"))
        #expect(host.environments.allSatisfy { $0.state == "stopped" })
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func aLostAnswerMakesNoSecondDeployment(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        // The listing that looks for it answers; the creation is done, and its answer is lost.
        host.misbehave(at: "deployments", .slow(.zero))
        host.misbehave(at: "deployments", .silent)
        await #expect(throws: StageFailure.self) {
            _ = try await client.show(try deployment(.running), before: nil)
        }
        #expect(host.deployments.count == 1)
        let told = try await client.show(try deployment(.running), before: nil)
        #expect(host.deployments.map(\.id) == [told.id])
        #expect(host.deployments.first?.state == (kind == .github ? "in_progress" : "running"))
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func theSameStateTwiceIsNoProblem(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        let running = try await client.show(try deployment(.running), before: nil)
        for _ in 1...2 { _ = try await client.show(try deployment(.success), before: running) }
        #expect(host.deployments.count == 1)
        #expect(host.deployments.first?.state == "success")
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func lostRecordsFindItAgain(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        let told = try #require(try await tell([.running, .success], to: client))
        #expect(try await client.show(try deployment(.success), before: nil).id == told.id)
        #expect(host.deployments.count == 1)
    }

    @Test(arguments: [GitHostKind.github, .gitlab])
    func aRollbackIsADeploymentOfItsOwn(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        let first = try #require(try await tell([.running, .success], to: client))
        _ = try await client.show(try deployment(.success, of: other), before: nil)
        let replaced = try await client.show(try deployment(.replaced), before: first)
        let again = try await client.show(try deployment(.success), before: replaced)
        #expect(host.deployments.map(\.commit) == ["\(commit)", "\(other)", "\(commit)"])
        #expect(again.id == host.deployments.last?.id)
        // Found again at the host too, when the records are lost.
        #expect(try await client.show(try deployment(.success), before: nil).id == again.id)
        #expect(host.deployments.count == 3)
    }

    @Test func whatAPersonDeletedIsMadeAgainOnlyWhileItMatters() async throws {
        let host = try ScriptedHost(.github)
        let client = try client(host)
        let lost = ToldDeployment(deployment: try deployment(.running), id: 1)
        _ = try await client.show(try deployment(.replaced), before: lost)
        #expect(host.deployments.isEmpty)
        _ = try await client.show(try deployment(.success), before: lost)
        #expect(host.deployments.count == 1)
    }

    @Test func deploymentsOfOthersAreLeftAlone() async throws {
        let host = try ScriptedHost(.github)
        let client = try client(host)
        host.deployElsewhere("\(commit)", to: "feature-x", payload: "another/feature-x", state: "success")
        host.deployElsewhere("\(commit)", to: "feature-x", state: "success")
        _ = try await client.show(try deployment(.success), before: nil)
        #expect(host.deployments.count == 3)
        let shown = try await client.shownDeployments(of: project, besides: [])
        #expect(shown.map(\.id) == [host.deployments.last?.id])
        #expect(shown.map(\.deployment.state) == [.success])
        #expect(try await client.shownDeployments(of: project, besides: shown).isEmpty)
    }

    @Test func whatIsShownIsReadBackPageByPage() async throws {
        let host = try ScriptedHost(.github)
        for number in 0..<70 {
            host.deployElsewhere("\(commit)", to: "pr-\(number)", payload: "shop/pr-\(number)", state: "in_progress")
        }
        let shown = try await client(host).shownDeployments(of: project, besides: [])
        #expect(shown.count == 60)
        #expect(shown.allSatisfy { $0.deployment.state == .running })
        #expect(host.unknownCalls.isEmpty)
    }

    @Test(arguments: [403, 404, 409, 422, 500])
    func aRefusalIsAFailureThatSaysWhatIsMissing(_ status: Int) async throws {
        let host = try ScriptedHost(.github)
        host.misbehave(at: "deployments", .answer(status: status, body: #"{"message":"no"}"#))
        let client = try client(host)
        let failure = await #expect(throws: StageFailure.self) {
            _ = try await client.show(try deployment(.running), before: nil)
        }
        if status == 403 { #expect(failure?.hint?.contains("deployments: read and write") == true) }
        #expect(failure?.message.contains("acme/shop") == true)
    }

    @Test(arguments: [GitHostKind.gitea, .forgejo, .bitbucket])
    func otherHostsHaveNone(_ kind: GitHostKind) throws {
        #expect(!(try client(try ScriptedHost(kind)).showsDeployments))
    }
}
