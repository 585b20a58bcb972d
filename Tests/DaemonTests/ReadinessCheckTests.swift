import Lifecycle
import Model
import Synchronization
import Testing

@testable import Daemon

struct ReadinessCheckTests {
    @Test func everyPartIsAskedAndOneProblemIsEnough() async {
        let checks = [
            ReadinessCheck(.engine) { nil }, ReadinessCheck(.proxy) { "it is gone" }, ReadinessCheck(.store) { nil },
        ]
        let readiness = await checks.readiness()
        #expect(!readiness.isReady)
        #expect(
            readiness.parts == [
                .init(.engine, problem: nil), .init(.proxy, problem: "it is gone"), .init(.store, problem: nil),
            ])
        #expect(readiness.problem == "proxy: it is gone")
        #expect(await [checks[0]].readiness().isReady)
    }

    @Test func aPartThatHangsIsNotReadyAndNotAskedTwice() async {
        let asked = Mutex(0)
        let goOn = Wake()
        let check = ReadinessCheck(.store, limit: .milliseconds(20)) {
            asked.withLock { $0 += 1 }
            await goOn.wait(until: nil)
            return nil
        }
        for _ in 0..<3 {
            #expect(
                await check.finding().problem?.hasPrefix("it was asked how it stands, and has not answered") == true)
        }
        #expect(asked.withLock { $0 } == 1)
        goOn.ring()
        // The late answer ends the old question; the next one is a new one, which must be let through as well.
        goOn.ring()
        var finding = await check.finding()
        let deadline = ContinuousClock.now + .seconds(30)
        while !finding.isReady, ContinuousClock.now < deadline {
            goOn.ring()
            finding = await check.finding()
        }
        #expect(finding.isReady)
    }
}
