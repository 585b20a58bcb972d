import Lifecycle
import Synchronization
import Testing

/// How many bodies run at once.
private final class Load: Sendable {
    private let counts = Mutex((now: 0, most: 0, done: 0))

    var most: Int { counts.withLock { $0.most } }
    var done: Int { counts.withLock { $0.done } }

    func begin() {
        counts.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
        }
    }

    func end() {
        counts.withLock {
            $0.now -= 1
            $0.done += 1
        }
    }
}

struct BlockingPoolTests {
    private struct Refused: Error, Equatable {}

    @Test func neverRunsMoreThanItsWidth() async {
        let pool = BlockingPool(name: "test.pool", width: 3)
        let load = Load()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    await pool.run {
                        load.begin()
                        load.end()
                    }
                }
            }
        }
        #expect(load.done == 200)
        #expect(load.most <= 3)
    }

    @Test func everyBodyHasAThreadOfItsOwn() async {
        let width = 8
        let pool = BlockingPool(name: "test.pool", width: width)
        let load = Load()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<width {
                group.addTask {
                    await pool.run {
                        load.begin()
                        // Ends only when all run at once; and the tasks that start the others must run too.
                        while load.most < width {}
                    }
                }
            }
        }
        #expect(load.most == width)
    }

    @Test func givesBackWhatTheBodyThrows() async {
        let pool = BlockingPool(name: "test.pool", width: 1)
        await #expect(throws: Refused()) {
            try await pool.run { () throws(Refused) -> Int in throw Refused() }
        }
        #expect(await pool.run { 7 } == 7)
    }

    @Test func cancellationReachesABodyThatRuns() async {
        let pool = BlockingPool(name: "test.pool", width: 1)
        let stop = StopSignal()
        let began = Wake()
        let count = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                await pool.run(onCancel: { stop.raise() }) {
                    began.ring()
                    var turns = 0
                    while !stop.isRaised { turns += 1 }
                    return turns
                }
            }
            await began.wait(until: .after(.seconds(60)))
            group.cancelAll()
            return await group.next()
        }
        #expect(count != nil)
    }

    @Test func callCancelledWhileItWaitsIsToldBeforeItsBody() async {
        let pool = BlockingPool(name: "test.pool", width: 1)
        let (began, release) = (Wake(), StopSignal())
        let told = StopSignal()
        let wasTold = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await pool.run {
                    began.ring()
                    while !release.isRaised {}
                    return true
                }
            }
            await began.wait(until: .after(.seconds(60)))
            group.addTask { await pool.run(onCancel: { told.raise() }) { told.isRaised } }
            group.cancelAll()
            release.raise()
            var all = true
            for await answer in group { all = all && answer }
            return all
        }
        #expect(wasTold)
    }
}
