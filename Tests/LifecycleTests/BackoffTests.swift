import Lifecycle
import Testing

struct BackoffTests {
    private let plain = Backoff(first: .seconds(1), limit: .seconds(300), jitter: 0)

    @Test(arguments: [
        (-1, 1), (0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (9, 256), (10, 300), (11, 300), (1_000_000, 300), (.max, 300),
    ])
    func doublesUpToItsLimit(failures: Int, seconds: Int) {
        #expect(plain.pause(afterFailures: failures, random: 0.5) == .seconds(seconds))
    }

    @Test func jitterStaysWithinItsShare() {
        let backoff = Backoff(first: .seconds(10), limit: .seconds(10), jitter: 0.1)
        #expect(backoff.pause(afterFailures: 1, random: 0) == .seconds(9))
        #expect(backoff.pause(afterFailures: 1, random: 0.5) == .seconds(10))
        #expect(backoff.jittered(.seconds(10), random: 1) == .seconds(11))
    }

    @Test func firstPauseBeyondTheLimitIsCut() {
        let backoff = Backoff(first: .seconds(10), limit: .seconds(3), jitter: 0)
        #expect(backoff.pause(afterFailures: 1, random: 0) == .seconds(3))
    }

    @Test func deadlinesKnowWhatIsLeft() {
        #expect(Deadline.after(.zero).hasPassed)
        #expect(Deadline.after(.zero).remaining == .zero)
        #expect(!Deadline.after(.seconds(60)).hasPassed)
        #expect(Deadline.after(.seconds(1)) < Deadline.after(.seconds(60)))
    }
}
