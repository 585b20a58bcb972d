import Lifecycle
import Testing

struct WakeTests {
    @Test func ringBeforeTheWaitIsKept() async {
        let wake = Wake()
        wake.ring()
        await wake.wait(until: nil)
    }

    @Test func manyRingsCauseOnePass() async {
        let wake = Wake()
        for _ in 0..<5 { wake.ring() }
        await wake.wait(until: nil)
        // The second wait ends by its deadline: nothing was left over.
        let deadline = Deadline.after(.milliseconds(5))
        await wake.wait(until: deadline)
        #expect(deadline.hasPassed)
    }

    @Test func ringWakesTheSleeper() async {
        let wake = Wake()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wake.wait(until: .after(.seconds(60))) }
            group.addTask { wake.ring() }
        }
    }

    @Test func deadlineEndsTheWait() async {
        let wake = Wake()
        await wake.wait(until: .after(.zero))
        await wake.wait(until: .after(.milliseconds(1)))
    }

    @Test func cancellationEndsTheWait() async {
        let wake = Wake()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wake.wait(until: nil) }
            group.cancelAll()
        }
    }

    @Test func survivesRingsFromEverywhere() async {
        let wake = Wake()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<500 { wake.ring() } }
            }
            group.addTask {
                for _ in 0..<500 { await wake.wait(until: .after(.milliseconds(1))) }
            }
        }
    }
}
