import Model
import Store
import Testing

@testable import Daemon

/// What the one comment says of forks, and of what was asked for in comments.
struct PullRequestAnswerTests {
    private let project = Fixture.id.project

    private func stored(isFork: Bool, isOpen: Bool = true) -> StoredPullRequest {
        StoredPullRequest(
            request: PullRequest(
                number: 42, title: "", author: "eve", head: .branch("main"), commit: Fixture.commit(1),
                base: .branch("main"), isFork: isFork, isDraft: false, labels: [], isOpen: isOpen),
            comment: nil, told: nil)
    }

    private func command(
        _ comment: Int, _ word: CommentCommand.Word = .stop, outcome: String? = "done"
    ) -> CommentCommand {
        CommentCommand(
            comment: comment, number: 42, word: word, commit: nil, author: "@ada<b>", writtenAt: Fixture.now,
            outcome: outcome)
    }

    @Test func aForksSaysWhatItWaitsForWithTheWordToCopy() throws {
        let gate = Gate(kind: .allowance, blocker: "a person must allow it")
        let status = EnvironmentStatus(
            id: EnvironmentID(project: project, name: .pullRequest(42)), kind: .preview,
            ref: RefName("refs/pull/42/head"), urls: [], health: .unknown, progress: .waiting, reason: "it waits",
            wanted: Fixture.commit(1), gates: [gate])
        let text = try #require(
            PullRequestReport.text(for: stored(isFork: true), environments: [status], project: project))
        #expect(text.contains("    /slipway allow \(Fixture.commit(1).hex)"))
        // An environment of a branch that is called like the fork's is not its.
        var branch = status
        branch.id = EnvironmentID(project: project, name: .staging)
        branch.ref = .branch("main")
        #expect(PullRequestReport.text(for: stored(isFork: true), environments: [branch], project: project) == nil)
    }

    @Test func theNewestAnswersAreShownAndNobodyIsCalled() throws {
        let commands = (1...9).map { command($0, outcome: "done \($0)") } + [command(10, outcome: nil)]
        let text = try #require(
            PullRequestReport.text(
                for: stored(isFork: false), environments: [], project: project, commands: commands))
        #expect(text.contains("This pull request has no preview."))
        #expect((5...9).allSatisfy { text.contains("done \($0)") } && !text.contains("done 4"))
        #expect(!text.contains("@ada") && !text.contains("<b>"))
    }

    @Test func whoMayNotWriteMakesOneLineAppear() throws {
        var forbidden = command(CommentCommand.forbidden)
        forbidden.isForbidden = true
        let text = try #require(
            PullRequestReport.text(
                for: stored(isFork: false), environments: [], project: project, commands: [forbidden]))
        #expect(text.split(separator: "\n").count { $0.contains("write access") } == 1)
        #expect(!text.contains("ada"))
    }
}
