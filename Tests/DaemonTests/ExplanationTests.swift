import Model
import Testing

@testable import Daemon

/// What `slipway why` says of a failure.
struct ExplanationTests {
    private let now = Fixture.now

    private func sentences(retryAt: Timestamp?) -> [String] {
        let status = EnvironmentStatus(
            id: Fixture.id, kind: .staging, ref: nil, urls: [], health: .unknown, progress: .failed, reason: "it failed"
        )
        let project = ProjectStatus(
            name: Fixture.id.project, remote: "file:///shop.git", defaultBranch: nil, listedAt: now, problem: nil,
            manifestProblem: nil, environments: [status])
        let failed = EnvironmentRecord.FailedCommit(
            commit: Fixture.commit(1), failure: FailureRecord(Fixture.failure(.retry(after: nil))), at: now,
            attempts: 3,
            retryAt: retryAt)
        return StatusView.explanation(of: status, project: project, failed: failed, now: now).sentences
    }

    @Test func whatIsTriedAgainSaysWhen() {
        let moment = now.advanced(by: .seconds(42))
        #expect(
            sentences(retryAt: moment).contains(
                "it is tried again by itself in 42 s, at \(moment); so far it failed 3×."))
        #expect(sentences(retryAt: now).contains("it is tried again by itself now; so far it failed 3×."))
    }

    @Test func whatIsNotTriedAgainSaysSo() {
        #expect(sentences(retryAt: nil).contains("it is not tried again before there is a new commit."))
    }
}
