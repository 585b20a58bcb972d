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
}
