import Model
import Testing

@testable import Daemon

/// Containers that end again and again.
struct CrashCountsTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }

    @Test func theFirstEndIsLeftToTheEngine() {
        var crashes = CrashCounts()
        crashes.started("web-1", at: at(0))
        #expect(crashes.ended("web-1", "exit code 1", at: at(1)) == 1)
        #expect(crashes.resting(at: at(1)).isEmpty)
        #expect(crashes.problem(at: at(1)) == nil)
        #expect(!crashes.isDue(at: at(1)))
    }

    @Test func pausesGrowUpToFiveMinutesAndThenItIsParked() {
        var crashes = CrashCounts()
        var now: Int64 = 0
        var pauses: [Int64] = []
        for end in 1...12 {
            crashes.started("web-1", at: at(now))
            now += 1
            #expect(crashes.ended("web-1", "exit code 1", at: at(now)) == end)
            guard let until = crashes.nextEnd else { continue }
            #expect(crashes.resting(at: at(now)) == ["web-1"])
            #expect(!crashes.isDue(at: at(now)))
            // That it is stopped for its rest counts for nothing.
            #expect(crashes.ended("web-1", "exit code 143", at: at(now)) == 0)
            let pause = until.since(at(now)).components.seconds
            pauses.append(pause)
            now += pause
            #expect(crashes.isDue(at: at(now)))
            crashes.beginAgain(at: at(now))
            #expect(crashes.resting(at: at(now)).isEmpty)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 300, 300, 300])
        #expect(
            crashes.problem(at: at(now))?.contains("12 times in a row, last with exit code 1, and is parked") == true)
    }

    @Test func whoRanForAMinuteIsCountedAnew() {
        var crashes = CrashCounts()
        for _ in 1...3 {
            crashes.started("web-1", at: at(0))
            #expect(crashes.ended("web-1", "exit code 1", at: at(60)) == 1)
        }
    }

    @Test func whoWasFoundHealthyNeedNotRest() {
        var crashes = CrashCounts()
        for _ in 1...3 { _ = crashes.ended("web-1", "exit code 1", at: at(0)) }
        _ = crashes.ended("web-2", "exit code 1", at: at(0))
        _ = crashes.ended("web-2", "exit code 1", at: at(0))
        #expect(crashes.resting(at: at(0)) == ["web-1", "web-2"])
        crashes.proved(["web-1"])
        #expect(crashes.resting(at: at(0)) == ["web-2"])
        // How often it ended is not forgotten because of that.
        #expect(crashes.ended("web-1", "exit code 1", at: at(1)) == 3)
    }

    @Test func aClockThatJumpsKeepsNothingRestingForLonger() {
        var crashes = CrashCounts()
        _ = crashes.ended("web-1", "exit code 1", at: at(1_000_000))
        _ = crashes.ended("web-1", "exit code 1", at: at(1_000_000))
        #expect(crashes.resting(at: at(1_000_000)) == ["web-1"])
        #expect(crashes.isDue(at: at(1_000)))
        #expect(crashes.isDue(at: at(9_000_000)))
    }

    @Test(arguments: [
        (1, false, "exit code 1"), (137, true, "exit code 137 (out of memory)"),
        (137, false, "exit code 137 (killed: out of memory, unless somebody did it)"),
        (nil, true, "out of memory"), (nil, false, "an unknown exit code"),
    ])
    func anEndIsPutIntoWords(_ exitCode: Int?, _ isOutOfMemory: Bool, _ words: String) {
        #expect(CrashCounts.words(exitCode: exitCode, isOutOfMemory: isOutOfMemory) == words)
    }
}
