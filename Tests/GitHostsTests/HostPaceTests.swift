import Lifecycle
import Model
import Testing

@testable import GitHosts

/// Writes keep to what a host bears, however many there are.
@Suite struct HostPaceTests {
    /// The moments of so many writes, each sent as early as it may be.
    private func moments(_ count: Int, _ rule: PaceRule) -> [Duration] {
        var account = PaceAccount(rule: rule)
        let start = ContinuousClock.now
        var now = start
        return (0..<count).map { _ in
            now = account.reserve(now: now)
            return now - start
        }
    }

    /// The most that fall into any window of that length.
    private func most(in window: Duration, of moments: [Duration]) -> Int {
        var first = 0
        var most = 0
        for index in moments.indices {
            while moments[index] - moments[first] >= window { first += 1 }
            most = max(most, index - first + 1)
        }
        return most
    }

    @Test func gitHubSeesOneWriteASecondEightyAMinuteAndFiveHundredAnHourAtMost() {
        let moments = moments(2000, .usual(of: .github))
        #expect(zip(moments, moments.dropFirst()).allSatisfy { $1 - $0 >= .seconds(1) })
        #expect(most(in: .seconds(60), of: moments) <= 80)
        #expect(most(in: .seconds(3600), of: moments) <= 500)
        // And no slower than it must be.
        #expect(moments[59] == .seconds(59))
        #expect(most(in: .seconds(3600), of: moments) >= 450)
    }

    @Test func whoWaitedMayHurryAgain() {
        var account = PaceAccount(rule: .usual(of: .github))
        let start = ContinuousClock.now
        for _ in 0..<200 { _ = account.reserve(now: start) }
        let later = start + .seconds(7200)
        #expect(account.reserve(now: later) == later)
        #expect(account.opening(now: later) == later + .seconds(1))
    }

    @Test func anUnsaidRestDoublesUntilSomethingSucceeds() {
        let pace = HostPace(nil)
        #expect(pace.rest == nil && pace.opening == nil)
        pace.rest(for: nil)
        let first = pace.rest ?? .zero
        pace.rest(for: nil)
        let second = pace.rest ?? .zero
        #expect(first > .seconds(50) && first <= .seconds(60))
        #expect(second > .seconds(110) && second <= .seconds(120))
        pace.succeeded()
        pace.rest(for: nil)
        #expect((pace.rest ?? .zero) <= .seconds(60))
        pace.rest(for: .seconds(1_000_000))
        #expect((pace.rest ?? .zero) <= .seconds(3600))
        #expect(pace.opening != nil)
    }
}
