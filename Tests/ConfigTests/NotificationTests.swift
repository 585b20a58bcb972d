import Config
import Model
import Testing

/// Who is told how deployments end, as the configuration says it.
struct NotificationTests {
    private func subscriber(_ text: String) throws -> Configuration.Subscriber {
        try #require(try Reading.configuration("projects: []\nnotifications: [\(text)]").notifications.first)
    }

    @Test func theLeastIsEnough() throws {
        let slack = try subscriber("{ kind: slack, url: { file: /etc/slack } }")
        #expect(slack == .init(name: "slack", kind: .slack, address: .secret(.file("/etc/slack"))))
        #expect(slack.wants(.live, of: .preview, in: try #require(ProjectName("shop"))))
        #expect(!slack.wants(.superseded, of: .preview, in: try #require(ProjectName("shop"))))
    }

    @Test func everythingCanBeNarrowed() throws {
        let webhook = try subscriber(
            """
            { name: on-call, url: "https://h/a?b=c", secret: { file: /k }, on: [failed], environments: [production], \
            projects: [shop], allow_private: true }
            """)
        #expect(webhook.address == .url("https://h/a?b=c") && webhook.secret == .file("/k") && webhook.allowsPrivate)
        #expect(webhook.wants(.failed, of: .production, in: try #require(ProjectName("shop"))))
        #expect(!webhook.wants(.failed, of: .production, in: try #require(ProjectName("api"))))
        #expect(!webhook.wants(.failed, of: .staging, in: try #require(ProjectName("shop"))))
    }
}
