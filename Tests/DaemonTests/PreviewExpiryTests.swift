import Daemon
import Model
import Testing

@Suite struct PreviewExpiryTests {
    private static let name = EnvironmentName("feature-x") ?? .staging

    private func preview(_ remaining: Duration?) -> [PreviewExpiry.Preview] {
        [.init(name: Self.name, remaining: remaining)]
    }

    @Test func wantsTwoLooksWithAListingBetweenThem() {
        var expiry = PreviewExpiry()
        #expect(expiry.look(at: preview(.zero), listings: 7) == finding(mustLook: true))
        // The remote does not answer: nothing expires, however often it is looked at.
        for _ in 1...100 { #expect(expiry.look(at: preview(.zero), listings: 7) == finding(mustLook: true)) }
        #expect(expiry.look(at: preview(.zero), listings: 8) == finding(due: [Self.name]))
    }

    @Test func aPushBetweenTheLooksSavesIt() {
        var expiry = PreviewExpiry()
        _ = expiry.look(at: preview(.zero), listings: 7)
        #expect(expiry.look(at: preview(.seconds(60)), listings: 8) == finding())
        #expect(expiry.look(at: preview(.zero), listings: 9) == finding(mustLook: true))
    }

    @Test func whatStillHasTimeOrNoEndIsLeftAlone() {
        var expiry = PreviewExpiry()
        for listing in 1...5 {
            #expect(expiry.look(at: preview(.milliseconds(1)), listings: Int64(listing)) == finding())
            #expect(expiry.look(at: preview(nil), listings: Int64(listing)) == finding())
        }
    }

    @Test func aYearThatPassesAtOnceIsNotBelieved() {
        let year = Duration.seconds(366 * 86_400)
        #expect(PreviewExpiry.counted(year, pause: .seconds(60)) == .seconds(120))
        #expect(PreviewExpiry.counted(.zero - year, pause: .seconds(60)) == .zero)
        #expect(PreviewExpiry.counted(.seconds(61), pause: .seconds(60)) == .seconds(61))
    }

    @Test func looksAsOftenAsTheShortestLifetimeNeeds() {
        #expect(PreviewExpiry.pause(shortest: nil) == .seconds(10))
        #expect(PreviewExpiry.pause(shortest: .seconds(7 * 86_400)) == .seconds(10))
        #expect(PreviewExpiry.pause(shortest: .seconds(40)) == .seconds(5))
        #expect(PreviewExpiry.pause(shortest: .zero) == .milliseconds(250))
    }

    private func finding(due: [EnvironmentName] = [], mustLook: Bool = false) -> PreviewExpiry.Finding {
        var finding = PreviewExpiry.Finding()
        finding.due = due
        finding.mustLook = mustLook
        return finding
    }
}
