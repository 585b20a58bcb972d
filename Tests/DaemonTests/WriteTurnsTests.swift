import Testing

@testable import Daemon

/// Writes that come one after the other.
struct WriteTurnsTests {
    /// Who writes, as far as the writers know.
    private actor Seen {
        private(set) var writing = 0
        private(set) var most = 0
        private(set) var written = 0

        func began() {
            writing += 1
            most = max(most, writing)
        }

        func ended() {
            writing -= 1
            written += 1
        }
    }

    @Test func oneWritesAtATimeAndEverybodyComesToIt() async {
        let (turns, seen) = (WriteTurns(), Seen())
        await withDiscardingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    await turns.take()
                    await seen.began()
                    await Task.yield()
                    await seen.ended()
                    turns.pass()
                }
            }
        }
        #expect(await seen.writing == 0)
        #expect(await seen.most == 1)
        #expect(await seen.written == 200)
        // Nobody has it any more.
        await turns.take()
        turns.pass()
    }
}
