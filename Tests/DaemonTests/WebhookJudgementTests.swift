import GitHosts
import Model
import Testing

@testable import Daemon

/// How it stands with a webhook follows from what is known of it.
@Suite struct WebhookJudgementTests {
    private let project = Fixture.id.project
    private let now = Timestamp(milliseconds: 100_000_000)
    private let url = "https://slipway.example.com/hooks/shop"

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let state: WebhookStatus.State
        let summary: String
        let change: @Sendable (inout WebhookFacts) -> Void

        init(
            _ testDescription: String, _ state: WebhookStatus.State, _ summary: String,
            _ change: @escaping @Sendable (inout WebhookFacts) -> Void
        ) {
            (self.testDescription, self.state, self.summary, self.change) = (testDescription, state, summary, change)
        }
    }

    private static func ago(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 100_000_000 - seconds * 1000) }
    private static func hook(
        _ url: String = "https://slipway.example.com/hooks/shop",
        events: Set<String> = ["push", "pull_request", "issue_comment"]
    ) -> HostHook { HostHook(id: "1", url: url, events: events, contentType: "json", hasSecret: true) }
    private static func found(_ hooks: HostHook...) -> WebhookFacts.Listing { .found(hooks, at: ago(1)) }

    static let cases = [
        Case("no secret", .notConfigured, "not configured (no webhook_secret: pushes are found by polling alone)") {
            $0.hasSecret = false
            $0.listing = found(hook())
        },
        Case("a good hook", .active, "active") { $0.listing = found(hook()) },
        Case("a hook for everything", .active, "active") { $0.listing = found(hook(events: ["*"])) },
        Case("written in another case, with the usual port", .active, "active") {
            $0.listing = found(hook("HTTPS://Slipway.example.com:443/hooks/shop/"))
        },
        Case("events are missing", .misconfigured, "misconfigured (missing events: pull_request, issue_comment)") {
            $0.listing = found(hook(events: ["push"]))
        },
        Case("switched off", .misconfigured, "misconfigured (it is switched off)") {
            var off = hook()
            off.isActive = false
            $0.listing = found(off)
        },
        Case("disabled by the host", .misconfigured, "misconfigured (after too many failures; it has no secret)") {
            var off = hook()
            off.suspension = "after too many failures"
            off.hasSecret = false
            $0.listing = found(off)
        },
        Case("one of two is good", .active, "active") { $0.listing = found(hook(events: ["push"]), hook()) },
        Case("another content type", .misconfigured, "misconfigured (its content type is xml)") {
            var other = hook()
            other.contentType = "xml"
            $0.listing = found(other)
        },
        Case("a branch filter", .misconfigured, "misconfigured (it tells only of branches like main)") {
            var other = hook()
            other.branchFilter = "main"
            $0.listing = found(other)
        },
        Case(
            "another address", .misconfigured,
            "misconfigured (it sends to http://old/hooks/shop, not to https://slipway.example.com/hooks/shop)"
        ) { $0.listing = found(hook("http://old/hooks/shop"), hook("https://ci.example.com/hook")) },
        Case(
            "no hook", .notConfigured,
            "not configured (GitHub has no hook that sends to https://slipway.example.com/hooks/shop)"
        ) { $0.listing = found(hook("https://ci.example.com/hook")) },
        Case("no hook in the list, and deliveries come: the organisation's", .active, "active") {
            $0.listing = found()
            $0.lastDeliveryAt = ago(10)
        },
        Case("nobody to ask, and deliveries come", .active, "active") {
            $0.listing = .impossible("no credential")
            $0.lastDeliveryAt = ago(500_000)
        },
        Case("nobody to ask", .unverified, "cannot be verified (no credential)") {
            $0.listing = .impossible("no credential")
        },
        Case("not allowed to ask", .unverified, "cannot be verified (not allowed)") {
            $0.listing = .failed(message: "not allowed", hint: "allow it", at: ago(5))
        },
        Case(
            "no public URL", .unverified,
            "cannot be verified (public_url is not set, so nobody knows where the host should send)"
        ) {
            $0.url = nil
            $0.listing = found(hook())
        },
        Case("no public URL, and deliveries come", .active, "active") {
            $0.url = nil
            $0.lastDeliveryAt = ago(10)
        },
        Case("Git moved and no delivery came", .silent, "silent for 3 h (Git moved, and no delivery came)") {
            $0.listing = found(hook())
            $0.lastDeliveryAt = ago(20_000)
            $0.silentSince = ago(3 * 3600)
        },
        Case("the same without anybody to ask", .silent, "silent for 6 min (Git moved, and no delivery came)") {
            $0.listing = .impossible("no credential")
            $0.silentSince = ago(360)
        },
        Case("a delivery may be late", .active, "active") {
            $0.listing = found(hook())
            $0.silentSince = ago(299)
        },
        Case("a refusal alone says nothing: anybody can cause it", .active, "active") {
            $0.listing = found(hook())
            $0.refusal = .init(at: ago(1), reason: "the signature is wrong")
        },
        Case(
            "silent, and deliveries are refused", .misconfigured,
            "misconfigured (deliveries are refused: the signature is wrong)"
        ) {
            $0.listing = found(hook())
            $0.silentSince = ago(600)
            $0.refusal = .init(at: ago(599), reason: "the signature is wrong")
        },
    ]

    @Test(arguments: cases) func isJudged(_ example: Case) {
        var facts = WebhookFacts(project: project, host: .github, url: url)
        example.change(&facts)
        let status = WebhookJudgement.status(of: facts, now: now)
        #expect(status.state == example.state)
        #expect(status.summary == example.summary)
        #expect(status.state == .active || status.remedy != nil || status.state == .unverified)
    }

    @Test func theDeskTellsSilenceFromDeliveriesThatAreEarlyOrLate() {
        let desk = HookDesk()
        let start = now
        func at(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }
        // Announced, then seen, as it should be; some minutes may lie between.
        desk.delivered(to: project, at: at(0))
        desk.moved(project, at: at(200), listedBefore: at(100))
        #expect(desk.entry(of: project).silentSince == nil)
        // Seen without a delivery, which comes later.
        desk.moved(project, at: at(1000), listedBefore: at(940))
        #expect(desk.entry(of: project).silentSince == at(1000))
        desk.moved(project, at: at(1100), listedBefore: at(1060))
        #expect(desk.entry(of: project).silentSince == at(1000), "since the first time")
        desk.delivered(to: project, at: at(1200))
        #expect(desk.entry(of: project).silentSince == nil)
        // The remote did not answer for an hour after a delivery.
        desk.moved(project, at: at(5000), listedBefore: at(1199))
        #expect(desk.entry(of: project).silentSince == nil)
    }

    @Test func whereNothingSaysWhatHostItIsTheRemedyIsToSaySo() {
        var facts = WebhookFacts(project: project, host: nil, url: url)
        facts.listing = .impossible("nothing says what kind of host the repository is on")
        #expect(
            WebhookJudgement.status(of: facts, now: now).remedy
                == "under the project in the configuration, set  host: github|gitlab|gitea|forgejo|bitbucket   and restart"
                + " the daemon")
        facts = WebhookFacts(project: project, host: .gitea, url: url)
        facts.listing = .impossible("no credential")
        #expect(WebhookJudgement.status(of: facts, now: now).remedy?.contains("host:") == false)
    }

    @Test func theDeskKnowsWhatIsNotOnDisk() {
        let desk = HookDesk()
        desk.restore(project, lastDeliveryAt: now, silentSince: now)
        #expect(desk.unkeptSilences().isEmpty)
        desk.delivered(to: project, at: now)
        #expect(desk.unkeptSilences().map(\.since) == [nil])
        desk.kept(nil, of: project)
        #expect(desk.unkeptSilences().isEmpty)
        #expect(desk.beginRepair(of: project))
        #expect(!desk.beginRepair(of: project))
        desk.endRepair(of: project)
        #expect(desk.beginRepair(of: project))
    }
}
