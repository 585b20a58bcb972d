import Model
import Testing

@Suite struct LeaseTests {
    @Test func countsOnlyWhatWasWatched() {
        var lease = Lease(push: 4)
        #expect(lease.remaining(of: .seconds(60)) == .seconds(60))
        lease.watched(for: .seconds(20))
        lease.watched(for: .milliseconds(500))
        #expect(lease.remaining(of: .seconds(60)) == .milliseconds(39_500))
        lease.watched(for: .seconds(-1_000_000))
        #expect(lease.remaining(of: .seconds(60)) == .milliseconds(39_500))
        lease.watched(for: .seconds(100))
        #expect(lease.remaining(of: .seconds(60)) == .zero)
    }

    @Test func livesForEverWithoutAnAllowance() {
        var lease = Lease(push: 4)
        lease.watched(for: .seconds(1_000_000_000))
        #expect(lease.remaining(of: nil) == nil)
    }

    @Test func extensionBeginsAnewAndCountsInsteadOfTheAllowance() {
        var lease = Lease(push: 4)
        lease.watched(for: .seconds(100))
        lease.extended(by: .seconds(300))
        #expect(lease.remaining(of: .seconds(60)) == .seconds(300))
        #expect(lease.remaining(of: nil) == .seconds(300))
        lease.watched(for: .seconds(299))
        #expect(lease.remaining(of: .seconds(60)) == .seconds(1))
    }

    @Test(arguments: [
        (Duration.seconds(7 * 86_400), "7 d"), (.seconds(129_600), "36 h"), (.seconds(90), "90 s"),
        (.seconds(120), "2 min"), (.zero, "0 s"),
    ])
    func durationsAreSaidInTheLargestUnit(duration: Duration, words: String) {
        #expect(duration.inWords == words)
    }
}
