import Model
import Testing

@testable import Commands

struct ProjectPageTests {
    private let page = ProjectPage(style: .plain, now: noon)
    private let broken = WebhookStatus(
        project: .make(), state: .misconfigured, summary: "misconfigured (missing events: pull_request)",
        url: "https://slipway.example.com/hooks/shop", lastDeliveryAt: .before(.seconds(90)),
        checkedAt: .before(.seconds(5)), remedy: "slipway project hooks shop --repair")

    @Test func aListHasALineForEachProject() {
        var project = ProjectStatus.make()
        project.webhook = broken
        #expect(
            page.list([project]) == """
                PROJECT  ENVIRONMENTS  WEBHOOK        LOOKED AT  REPOSITORY
                shop     1             misconfigured  12 s ago   https://github.com/acme/shop.git

                """)
        #expect(page.list([]).hasPrefix("no projects yet"))
        #expect(page.hooks([]).hasPrefix("no projects yet"))
    }

    @Test func aHookThatIsNotAsItShouldBeSaysWhatToDo() {
        #expect(
            page.hooks([broken, .init(project: .make("api"), state: .active, summary: "active")]) == """
                PROJECT  LAST DELIVERY  WEBHOOK
                shop     90 s ago       misconfigured (missing events: pull_request)
                api      -              active
                shop: slipway project hooks shop --repair

                """)
        #expect(
            page.hook(broken) == """
                shop: misconfigured (missing events: pull_request)
                  sends to https://slipway.example.com/hooks/shop
                  last delivery 90 s ago
                  the host was asked 5 s ago
                  slipway project hooks shop --repair

                """)
    }

    @Test func theStatusWarnsOfWhatIsWrongAndSaysWhatIsWaitedFor() {
        var project = ProjectStatus.make()
        project.webhook = broken
        project.announced = [.init(ref: .branch("main"), commit: .make("b"), since: .before(.seconds(12)))]
        let text = StatusPage(style: .plain, now: noon).project(project)
        #expect(text.contains("looked at 12 s ago, webhook misconfigured\n"))
        #expect(text.contains("  ! webhook misconfigured (missing events: pull_request)\n    slipway project hooks"))
        #expect(text.contains("  waiting for bbbbbbb on main, announced 12 s ago and not shown by Git yet\n"))
    }

    @Test func theDoctorSaysTheSame() {
        let finding = Doctor.finding(broken)
        #expect(finding.verdict == .warning && finding.subject == "webhook shop")
        #expect(finding.remedy == "slipway project hooks shop --repair")
        #expect(Doctor.finding(.init(project: .make(), state: .active, summary: "active")).verdict == .ok)
    }

    @Test func noticesAreListedWithTheirLastAnswer() {
        let page = NotificationsPage(style: .plain, now: noon)
        var notice = Notice(
            number: 42, id: "msg_1", subscriber: "on-call", environment: .make(), kind: .staging, outcome: .failed,
            deployment: 7, ref: .branch("main"), commit: .make("a"), release: nil, endedAt: .before(.seconds(60)),
            reason: "the build failed", url: nil, dueAt: nil)
        notice.state = .failed
        notice.attempts = 5
        notice.answer = "answered 500"
        #expect(
            page.list([notice]) == """
                NUMBER  TO       STATE   SENT  NEXT  ENVIRONMENT   OUTCOME  COMMIT   ENDED     LAST ANSWER
                42      on-call  failed  5×    -     shop/staging  failed   aaaaaaa  60 s ago  answered 500

                """)
        // When it is sent again is said of one that is pending.
        (notice.state, notice.dueAt) = (.pending, noon.advanced(by: .milliseconds(299_500)))
        #expect(page.list([notice]).contains("pending  5×    in 5 min  shop/staging"))
        notice.dueAt = .before(.seconds(1))
        #expect(page.list([notice]).contains("pending  5×    now   shop/staging"))
        #expect(page.list([]).contains("notifications:"))
    }
}
