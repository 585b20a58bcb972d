import Config
import GitHosts
import HTTPClient
import Model
import Store
import Testing

@testable import Daemon

/// Who is told of the end of a deployment, with what, and how often.
@Suite struct NoticeTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)
    private let commit = ObjectID("0123456789abcdef0123456789abcdef01234567") ?? .zero

    private func end(
        _ outcome: Notice.Outcome = .failed, number: Int64 = 7, kind: EnvironmentKind = .staging
    ) -> EndedDeployment {
        var deployment = Deployment(
            number: number, environment: Fixture.id, kind: kind, commit: commit, ref: .branch("main"),
            cause: "branch main moved to 0123456", queuedAt: now)
        deployment.state = .failed
        deployment.endedAt = now
        deployment.failure = FailureRecord(
            StageFailure(reason: .buildFailed, verdict: .stall, message: "the build failed: exit 1"))
        return EndedDeployment(sequence: 1, outcome: outcome, deployment: deployment)
    }

    private func subscriber(
        _ name: String = "on-call", outcomes: Set<Notice.Outcome> = [.failed, .live],
        environments: Set<EnvironmentKind> = Set(EnvironmentKind.allCases), projects: Set<ProjectName>? = nil
    ) -> Configuration.Subscriber {
        .init(
            name: name, kind: .webhook, address: .url("https://hooks.example.com"), outcomes: outcomes,
            environments: environments, projects: projects)
    }

    private func notices(_ end: EndedDeployment, _ subscribers: Configuration.Subscriber...) -> [Notice] {
        NoticePlan.notices(of: end, for: subscribers, url: "http://x.localhost", instance: "i", now: now)
    }

    private var notice: Notice {
        notices(end(), subscriber()).first
            ?? Notice(
                id: "", subscriber: "", environment: Fixture.id, kind: .staging, outcome: .live, deployment: 0,
                ref: nil, commit: commit, release: nil, endedAt: now, reason: "", url: nil, dueAt: nil)
    }

    @Test func filtersDecideWhoIsTold() {
        #expect(notices(end(), subscriber(), subscriber("chat")).map(\.subscriber) == ["on-call", "chat"])
        #expect(notices(end(.superseded), subscriber()).isEmpty)
        #expect(notices(end(.superseded), subscriber(outcomes: [.superseded])).count == 1)
        #expect(notices(end(kind: .preview), subscriber(environments: [.production])).isEmpty)
        #expect(notices(end(), subscriber(projects: [])).isEmpty)
        #expect(notices(end(), subscriber(projects: [Fixture.id.project])).count == 1)
    }

    @Test func theIdIsTheSameForTheSameEndAlone() {
        let first = notices(end(), subscriber()).map(\.id)
        #expect(first == notices(end(), subscriber()).map(\.id))
        let others =
            notices(end(.live), subscriber()) + notices(end(number: 8), subscriber())
            + notices(end(), subscriber("chat"))
        #expect(Set(others.map(\.id) + first).count == 4)
    }

    @Test func aWebhookIsSignedAsItsReceiverChecks() throws {
        let key = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let message = try #require(NoticeMessage.webhook(notice, secret: key, at: now))
        // Our own receiver checks it.
        let request = DeliveryRequest(
            headers: message.headers.map { .init(name: $0.name, value: $0.value) } + [
                .init(name: "content-type", value: "application/json")
            ], body: message.body)
        #expect((try? DeliveryReader.read(request, secrets: [key], now: now).get()) != nil)
        #expect((try? DeliveryReader.read(request, secrets: [key], now: now.advanced(by: .seconds(301))).get()) == nil)
        #expect(NoticeMessage.webhook(notice, secret: Secret("no key"), at: now) == nil)
        let body = try #require(JSONDocument(message.body)?.root)
        #expect(body["type"]?.string == "deployment.failed" && body["reason"]?.string == "the build failed: exit 1")
        #expect(body["commit"]?.string == commit.hex && body["url"]?.string == "http://x.localhost")
        #expect(body["ref"]?.string == "refs/heads/main" && body["deployment"]?.integer == 7)
    }

    @Test func slackGetsATextInWhichNothingMeansAnythingElse() {
        var notice = notice
        notice.reason = "<!channel> & <http://evil|click>\u{202e}"
        let text = String(decoding: NoticeMessage.slack(notice), as: UTF8.self)
        #expect(text.contains("&lt;!channel&gt; &amp; &lt;http://evil|click&gt;"))
        #expect(!text.contains("<") && !text.contains("\u{202e}"))
    }

    @Test func anAnswerDecidesWhatFollows() {
        func after(_ answer: NoticeAnswer, attempts: Int = 0) -> Notice {
            var before = notice
            before.attempts = attempts
            return NoticeVerdict.after(answer, before, at: now, random: 0.5)
        }
        #expect(after(.status(204)).state == .delivered && after(.status(204)).dueAt == nil)
        for status in [500, 503, 408, 429] {
            let next = after(.status(status))
            #expect(next.state == .pending && next.answer == "answered \(status)")
            #expect(next.dueAt == now.advanced(by: .seconds(10)))
        }
        for status in [301, 400, 401, 404, 410, 422] { #expect(after(.status(status)).state == .failed, "\(status)") }
        #expect(after(.status(307)).answer?.contains("redirect") == true)
        #expect(after(.impossible("no")).state == .failed)
        #expect(after(.unreachable("nobody listens"), attempts: 3).dueAt == now.advanced(by: .seconds(3600)))
        #expect(after(.unreachable("nobody listens"), attempts: 4).state == .failed)
        #expect(after(.status(429, retryAfter: .seconds(90))).dueAt == now.advanced(by: .seconds(90)))
        #expect(after(.status(429, retryAfter: .seconds(1))).dueAt == now.advanced(by: .seconds(10)))
        #expect(after(.status(429, retryAfter: .seconds(900_000))).dueAt == now.advanced(by: .seconds(21_600)))
    }

    @Test func aStormIsCutToWhatIsNewest() {
        func pending(_ count: Int, environments: Int) -> [Notice] {
            (0..<count).map { number in
                var next = notice
                next.number = Int64(number)
                next.environment = EnvironmentID(
                    project: Fixture.id.project, name: EnvironmentName("pr-\(number % environments)") ?? .staging)
                return next
            }
        }
        #expect(NoticePlan.surplus(pending(20, environments: 1)).isEmpty, "in calm times everything is told")
        let one = NoticePlan.surplus(pending(21, environments: 3))
        #expect(one.map(\.notice.number) == Array(0..<18), "the newest of each environment stays")
        let many = NoticePlan.surplus(pending(150, environments: 150))
        #expect(many.map(\.notice.number) == Array(0..<50) && many.allSatisfy { $0.reason.contains("100") })
    }
}
