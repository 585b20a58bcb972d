import Model
import Testing

@testable import Daemon

/// Waiting for what is switched off comes to an end.
struct WaitViewTests {
    @Test func whatIsSwitchedOffIsNotWaitedFor() {
        let status = EnvironmentStatus(
            id: Fixture.id, kind: .staging, ref: nil, urls: [], health: .stopped, progress: .current,
            reason: "switched off by ada", commit: Fixture.commit(1))
        let outcome = WaitView.outcome(of: status, commit: Fixture.commit(1), id: Fixture.id)
        #expect(outcome?.ending == .cancelled)
        #expect(outcome?.message.contains("switched off by ada") == true)
    }

    @Test func whatIsBeingStartedAgainIsNotLiveYet() {
        let commit = Fixture.commit(1)
        var status = EnvironmentStatus(
            id: Fixture.id, kind: .staging, ref: nil, urls: [], health: .unknown, progress: .deploying,
            reason: "it is being started again", commit: commit)
        #expect(WaitView.outcome(of: status, commit: commit, id: Fixture.id) == nil)
        status.progress = .current
        #expect(WaitView.outcome(of: status, commit: commit, id: Fixture.id)?.ending == .live)
    }

    /// Somebody who mistyped a name reads those that there are.
    @Test func anEnvironmentThatIsNotThereIsAnsweredWithThoseThatAre() {
        let outcome = WaitView.timedOut(nil, id: Fixture.id, known: [.production, .development])
        #expect(outcome.ending == .timedOut && outcome.environment == nil)
        #expect(outcome.message == "project 'shop' has no environment 'staging' yet; it has: development, production")
        #expect(WaitView.timedOut(nil, id: Fixture.id, known: []).message.hasSuffix("; it has none at all"))
        let status = EnvironmentStatus(
            id: Fixture.id, kind: .staging, ref: nil, urls: [], health: .unknown, progress: .deploying,
            reason: "building")
        #expect(
            WaitView.timedOut(status, id: Fixture.id, known: [.staging]).message
                == "shop/staging is not there yet: deploying, building")
    }

    @Test(arguments: [(StageFailure.Reason.engineUnavailable, nil), (.buildFailed, WaitOutcome.Ending.failed)])
    func anEngineThatIsAwayIsNoEnd(_ reason: StageFailure.Reason, _ ending: WaitOutcome.Ending?) {
        let commit = Fixture.commit(1)
        var deployment = Deployment(
            number: 1, environment: Fixture.id, kind: .staging, commit: commit, ref: nil, cause: "a push",
            queuedAt: Fixture.now)
        deployment.state = .failed
        deployment.failure = FailureRecord(StageFailure(reason: reason, verdict: .retry(after: nil), message: "away"))
        let status = EnvironmentStatus(
            id: Fixture.id, kind: .staging, ref: nil, urls: [], health: .unknown, progress: .failed, reason: "away",
            deployment: deployment)
        #expect(WaitView.outcome(of: status, commit: commit, id: Fixture.id)?.ending == ending)
    }
}
