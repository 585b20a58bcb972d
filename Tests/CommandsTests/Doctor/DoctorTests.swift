import Config
import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import Commands

struct DoctorTests {
    @Test func aReadyDaemonIsOneLine() {
        let readiness = Readiness(Readiness.Part.allCases.map { .init($0, problem: nil) })
        #expect(
            Doctor.findings(of: readiness) == [.ok("daemon", "runs, and is ready: engine, proxy, disk, store")])
    }

    @Test func everyPartThatIsNotReadyIsAFailure() {
        let readiness = Readiness([
            .init(.engine, problem: "it does not answer"), .init(.proxy, problem: nil),
            .init(.store, problem: "the disk is full"),
        ])
        let findings = Doctor.findings(of: readiness)
        #expect(findings.map(\.verdict) == [.failed, .failed])
        #expect(findings[0].message == "runs, and its engine is not ready: it does not answer")
        #expect(findings[1].message == "runs, and its store is not ready: the disk is full")
    }
}
