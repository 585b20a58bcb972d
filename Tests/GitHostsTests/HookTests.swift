import GitHosts
import Lifecycle
import Model
import TestSupport
import Testing

/// A repository's webhook is found, made and mended through its host's API, and never made twice.
@Suite struct HookTests {
    private static let pool = BlockingPool(name: "slipway.test.hooks", width: 4)
    private let url = "https://slipway.example.com/hooks/shop"
    private let wish = HookWish(url: "https://slipway.example.com/hooks/shop", secret: Secret("the webhook's secret"))

    private func client(_ host: ScriptedHost, token: String? = nil) throws -> HostClient {
        let remote = try RemoteAddress(parsing: "https://git.example.com/\(host.repository).git")
        let repository = try #require(HostRepository(kind: host.kind, remote: remote, api: host.api))
        let secret = Secret(token ?? host.token)
        return HostClient(repository: repository, pool: Self.pool) { () throws(StageFailure) in .token(secret) }
    }

    private func good(_ hooks: [HostHook], _ kind: GitHostKind) -> [HostHook] {
        hooks.filter { $0.sends(to: url) && $0.isActive && kind.hooks.missingEvents(of: $0).isEmpty }
    }

    @Test(arguments: GitHostKind.allCases)
    func aMissingHookIsMadeOnce(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.hooks.add("https://ci.example.com/hook")
        let client = try client(host)
        #expect(try await client.repairHook(wish) == .created)
        #expect(good(try await client.hooks(), kind).count == 1)
        #expect(host.hooks.secrets(of: url) == ["the webhook's secret"])
        // Once more changes nothing but what is written again.
        #expect([.mended, .replaced].contains(try await client.repairHook(wish)))
        #expect(good(try await client.hooks(), kind).count == 1)
        #expect(try await client.hooks().count == 2)
        #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
    }

    @Test(arguments: GitHostKind.allCases)
    func aHookThatSendsTooLittleIsMended(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.hooks.add(url, isActive: kind == .gitlab, events: [], secret: "another")
        let client = try client(host)
        #expect(good(try await client.hooks(), kind).isEmpty)
        let repair = try await client.repairHook(wish)
        #expect(repair == (kind == .gitea || kind == .forgejo ? .replaced : .mended))
        #expect(good(try await client.hooks(), kind).count == 1)
        #expect(try await client.hooks().count == 1)
        #expect(host.hooks.secrets(of: url) == ["the webhook's secret"])
        #expect(host.unknownCalls.isEmpty, "\(host.unknownCalls)")
    }

    @Test(arguments: GitHostKind.allCases, [ScriptedHost.Mischief.silent, .truncated])
    func aLostAnswerMakesNoSecondHook(_ kind: GitHostKind, _ mischief: ScriptedHost.Mischief) async throws {
        let host = try ScriptedHost(kind)
        let client = try client(host)
        // The listing is answered, the creation is not.
        host.hooks.misbehaveAtCreation(mischief)
        #expect(try await client.repairHook(wish) == .created)
        #expect(try await client.hooks().count == 1)
        #expect(host.hooks.secrets(of: url) == ["the webhook's secret"])
    }

    @Test func aSecondHookWithTheSameAddressIsRefusedAndFound() async throws {
        let host = try ScriptedHost(.github)
        host.misbehave(at: "hooks", .answer(status: 200, body: "[]"))
        host.hooks.add(url)
        // As when somebody else made it between the listing and the call: 422, "Hook already exists".
        #expect(try await client(host).repairHook(wish) == .created)
        #expect(try await client(host).hooks().count == 1)
    }

    @Test(arguments: GitHostKind.allCases)
    func aMissingPermissionIsNamed(_ kind: GitHostKind) async throws {
        let host = try ScriptedHost(kind)
        host.misbehave(at: "hooks", .answer(status: 403, body: #"{"message":"Resource not accessible"}"#))
        let failure = await #expect(throws: StageFailure.self) { try await client(host).hooks() }
        #expect(failure?.reason == .hostUnauthorised)
        let permission = kind.hooks.hooks(page: 1, in: try client(host).repository).permission
        #expect(failure?.hint.map { $0.contains(permission) } == true)
    }

    @Test func aStandardWebhooksSecretIsASigningTokenToGitLab() async throws {
        let host = try ScriptedHost(.gitlab)
        let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        _ = try await client(host).repairHook(HookWish(url: url, secret: secret))
        let body = host.calls.last { $0.method == "POST" }?.body ?? ""
        #expect(body.contains(#""signing_token":"whsec_"#) && !body.contains(#""token":"#))
    }

    @Test func gitLabSaysWhyItSendsNothing() async throws {
        let host = try ScriptedHost(.gitlab)
        host.misbehave(
            at: "hooks",
            .answer(
                status: 200,
                body: """
                    [{"id":3,"url":"\(url)","push_events":true,"tag_push_events":true,"merge_requests_events":true,
                    "note_events":true,"alert_status":"disabled","push_events_branch_filter":"main"}]
                    """))
        let hook = try #require(try await client(host).hooks().first)
        #expect(hook.suspension?.contains("too many failures") == true)
        #expect(hook.branchFilter == "main" && hook.hasSecret == nil)
    }

    @Test func aSecretInACallIsNotPrinted() {
        let call = GitHostKind.github.hooks.create(
            wish, in: HostRepository(kind: .github, remote: Self.remote, api: nil) ?? Self.nowhere)
        #expect(!"\(call)".contains("the webhook's secret"))
        let body = String(decoding: call.body?.bytes ?? [], as: UTF8.self)
        #expect(body.contains("the webhook's secret"))
    }

    private static let remote = RemoteAddress.shop
    private static var nowhere: HostRepository { preconditionFailure("a usual address") }
}

extension RemoteAddress {
    fileprivate static var shop: RemoteAddress {
        guard let address = try? RemoteAddress(parsing: "https://github.com/acme/shop.git") else {
            preconditionFailure("a usual address")
        }
        return address
    }
}
