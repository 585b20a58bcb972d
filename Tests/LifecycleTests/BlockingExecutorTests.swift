import Lifecycle
import Testing

private actor Counter {
    private nonisolated let executor = BlockingExecutor(name: "test.counter")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private var value = 0

    func add() -> Int {
        executor.checkIsolated()
        value += 1
        return value
    }
}

struct BlockingExecutorTests {
    @Test func runsOneJobAtATime() async {
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = await counter.add() } }
        }
        #expect(await counter.add() == 101)
    }
}
