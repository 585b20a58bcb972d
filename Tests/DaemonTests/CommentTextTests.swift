import Model
import Testing

@testable import Daemon

/// Nothing that others wrote means anything to a Git host.
@Suite struct CommentTextTests {
    @Test(arguments: [
        "<img src=x onerror=alert(1)>", "</details><script>", "<!-- slipway:shop -->", "[x](http://evil.example)",
        "![x](http://evil.example/pixel.png)", "`code`", "**bold** _it_", "a | b", "\\<b>", "&lt;b&gt;",
    ])
    func markupIsNone(_ text: String) {
        let plain = CommentText.plain(text)
        #expect(!plain.contains("<") && !plain.contains(">"))
        // Every character with a meaning has a backslash before it.
        let characters = Array(plain)
        for (index, character) in characters.enumerated() where "|`*_[]".contains(character) {
            #expect(index > 0 && characters[index - 1] == "\\", "\(plain)")
        }
    }

    @Test(arguments: [
        "@everyone", "ada@example.com", "acme/shop#12", "#12", "!12", "~bug", "%v1", "$12", "&12", "GH-12", "gh-12",
        "https://evil.example/", "www.evil.example", "ftp://evil.example",
    ])
    func nobodyIsCalledAndNothingLinked(_ text: String) {
        let plain = CommentText.plain(text)
        #expect(plain.contains("\u{200b}"))
        // What is seen is what was written.
        let seen = plain.replacing("\u{200b}", with: "").replacing("\\", with: "").replacing("&amp;", with: "&")
        #expect(seen == text)
    }

    @Test(arguments: ["/close", "/merge", "/label ~bug"])
    func noLineIsAnOrder(_ text: String) { #expect(CommentText.plain(text).first == "\u{200b}") }

    @Test func newLinesAreSeen() { #expect(!CommentText.plain("one\n/close\r\n\u{2028}two").contains { $0.isNewline }) }

    @Test(arguments: [0, 1, 3, 4, 5, 8, 100])
    func nothingEndsABlock(_ count: Int) throws {
        let evil = String(repeating: "`", count: count)
        let block = CommentText.block([evil, "~~~~", "</code>", "   \(evil)text", "@everyone"])
        let fence = try #require(block.last)
        #expect(block.first == fence + "text")
        #expect(fence.allSatisfy { $0 == "`" } && fence.count > count)
        #expect(block.dropFirst().dropLast().allSatisfy { !$0.contains(fence) })
        #expect(CommentText.block([]).isEmpty)
    }

    @Test func anAddressIsALinkByItsHost() {
        #expect(
            CommentText.link("http://x--shop.localhost:8080")
                == "[x--shop.localhost:8080](http://x--shop.localhost:8080)")
    }
}

/// The services of a preview, how far it is, and why not.
@Suite struct PullRequestTableTests {
    private let commit = ObjectID("1111111111111111111111111111111111111111") ?? .zero
    private let next = ObjectID("2222222222222222222222222222222222222222") ?? .zero
    private let id: EnvironmentID

    init() throws {
        id = EnvironmentID(
            project: try #require(ProjectName("shop")), name: try #require(EnvironmentName("feature-x")))
    }

    private func environment(
        _ progress: EnvironmentStatus.Progress, _ state: DeploymentState, of deployed: ObjectID,
        failing: FailureRecord? = nil
    ) throws -> EnvironmentStatus {
        var deployment = Deployment(
            number: 1, environment: id, kind: .preview, commit: deployed, ref: nil, cause: "a push",
            queuedAt: Timestamp(milliseconds: 1000))
        deployment.state = state
        deployment.failure = failing
        deployment.built = true
        if state == .live { deployment.liveAt = Timestamp(milliseconds: 13_000) }
        if state == .failed { deployment.endedAt = Timestamp(milliseconds: 9000) }
        let image = try #require(ImageID(String(repeating: "ab", count: 32)))
        return EnvironmentStatus(
            id: id, kind: .preview, ref: .branch("feature-x"), urls: ["http://feature-x--shop.localhost:8080"],
            health: .healthy, progress: progress, reason: "because", commit: commit,
            services: [
                .init(
                    name: "web", image: image, containers: [], running: 2, wanted: 2,
                    url: "http://feature-x--shop.localhost:8080"),
                .init(name: "worker", image: image, containers: [], running: 0, wanted: 1),
            ], deployment: deployment)
    }

    @Test func everyServiceHasItsRow() throws {
        let lines = PullRequestTable.lines([try environment(.current, .live, of: commit)])
        #expect(
            lines == [
                "feature-x: **live** — `1111111`, built in 12 s", "",
                "| service | state | commit | took | address |", "|---|---|---|---|---|",
                "| web | running | `1111111` | built in 12 s "
                    + "| [feature-x--shop.localhost:8080](http://feature-x--shop.localhost:8080) |",
                "| worker | **not running** | `1111111` | built in 12 s | — |",
            ])
    }

    @Test func aFailureSaysWhyAndWhatKeepsRunning() throws {
        let failure = FailureRecord(
            StageFailure(
                reason: .buildFailed, verdict: .stall, message: "the build failed: exit 1", hint: "mend it",
                output: ["RUN make", "no rule"]))
        let lines = PullRequestTable.lines([try environment(.failed, .failed, of: next, failing: failure)])
        #expect(lines.first == "feature-x: **failed** — `2222222` after 8 s; `1111111` keeps running")
        #expect(
            lines.suffix(9) == [
                "", "the build failed: exit 1", "", "````text", "RUN make", "no rule", "````", "", "mend it",
            ])
    }

    @Test func whatIsUnderWayIsSaidInWords() throws {
        let lines = PullRequestTable.lines([try environment(.deploying, .building, of: next)])
        #expect(lines.first == "feature-x: **building the image** — `2222222`")
    }
}
