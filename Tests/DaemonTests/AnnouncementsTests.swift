import Model
import Store
import Testing

@testable import Daemon

/// What a delivery announces is waited for while Git still shows what was there before, and no longer.
@Suite struct AnnouncementsTests {
    private static func object(_ digit: Character) -> ObjectID {
        ObjectID(String(repeating: digit, count: 40)) ?? .zero
    }
    private let a = object("a")
    private let b = object("b")
    private let c = object("c")
    private let d = object("d")
    private let main = RefName.branch("main")
    private let start = ContinuousClock.now

    private func announcement(
        _ sequence: Int64, _ object: ObjectID, before: ObjectID? = nil, of ref: RefName? = nil
    ) -> Announcements.Announcement {
        .init(
            sequence: sequence, ref: ref ?? main, object: object, before: before,
            receivedAt: Timestamp(milliseconds: sequence))
    }

    private func listing(_ object: ObjectID?, peeled: ObjectID? = nil, of ref: RefName? = nil) -> RefListing {
        RefListing(head: main, refs: object.map { [ListedRef(name: ref ?? main, target: $0, peeled: peeled)] } ?? [])
    }

    @Test func whatGitShowsIsSettledAtOnce() {
        var announcements = Announcements()
        announcements.take(announcement(1, b, before: a), shown: a, now: start)
        #expect(announcements.look(at: listing(b), now: start) == .init(settled: [1]))
        #expect(announcements.open == [] && announcements.nextLook(now: start) == nil)
    }

    @Test func anAnnotatedTagIsShownByItsObjectOrItsCommit() {
        for announced in [b, c] {
            var announcements = Announcements()
            announcements.take(announcement(1, announced, of: .tag("v1")), shown: nil, now: start)
            #expect(announcements.look(at: listing(b, peeled: c, of: .tag("v1")), now: start) == .init(settled: [1]))
        }
    }

    @Test(arguments: [true, false])
    func aLateServerIsWaitedForAndLookedAtEverLess(_ isToldBefore: Bool) {
        var announcements = Announcements()
        announcements.take(announcement(1, b, before: isToldBefore ? a : nil), shown: a, now: start)
        #expect(announcements.waiting == [], "nobody is told before a look was taken")
        var now = start
        var pauses: [Duration] = []
        for look in 1...40 {
            let outcome = announcements.look(at: listing(a), now: now)
            #expect(outcome.late.map(\.sequence) == (look == 2 ? [1] : []))
            guard outcome.givenUp.isEmpty else {
                #expect(outcome == .init(givenUp: [announcement(1, b, before: isToldBefore ? a : nil)]))
                break
            }
            #expect(announcements.waiting.map(\.sequence) == [1])
            let next = announcements.nextLook(now: now) ?? now
            pauses.append(next - now)
            now = next
        }
        #expect(now - start >= .seconds(300) && now - start <= .seconds(301))
        #expect(pauses.first == .seconds(1) && (pauses.max() ?? .zero) <= .seconds(60))
        #expect((10...25).contains(pauses.count), "\(pauses)")
        #expect(announcements.open == [])
    }

    @Test func itIsShownInTheEnd() {
        var announcements = Announcements()
        announcements.take(announcement(1, b, before: a), shown: a, now: start)
        _ = announcements.look(at: listing(a), now: start)
        #expect(announcements.look(at: listing(b), now: start + .seconds(9)) == .init(settled: [1]))
    }

    @Test func aForcePushThatTookItAwayEndsTheWaiting() {
        var announcements = Announcements()
        announcements.take(announcement(1, b, before: a), shown: a, now: start)
        #expect(announcements.look(at: listing(d), now: start) == .init(settled: [1]))
    }

    @Test func theFirstOfTwoPushesIsNotTakenForTheSecond() {
        var announcements = Announcements()
        announcements.take(announcement(1, b, before: a), shown: a, now: start)
        announcements.take(announcement(2, c, before: b), shown: a, now: start)
        #expect(announcements.look(at: listing(b), now: start) == .init(settled: [1]))
        #expect(announcements.open == [2])
        announcements.take(announcement(3, d, before: c), shown: b, now: start)
        #expect(announcements.look(at: listing(b), now: start).settled == [], "two steps behind")
        #expect(announcements.look(at: listing(d), now: start).settled == [2, 3])
    }

    @Test func deliveriesInTheWrongOrderHoldNothing() {
        var announcements = Announcements()
        announcements.take(announcement(1, c, before: b), shown: c, now: start)
        announcements.take(announcement(2, b, before: a), shown: c, now: start)
        #expect(announcements.look(at: listing(c), now: start).settled == [1, 2])
    }

    @Test func aPushBackAndForthHoldsNothing() {
        var announcements = Announcements()
        announcements.take(announcement(1, b, before: a), shown: a, now: start)
        announcements.take(announcement(2, a, before: b), shown: a, now: start)
        #expect(announcements.look(at: listing(a), now: start).settled == [1, 2])
    }

    @Test func whatTheRefHasLeftIsNotWaitedFor() {
        var announcements = Announcements()
        announcements.left(b, main)
        announcements.take(announcement(1, b), shown: c, now: start)
        #expect(announcements.look(at: listing(c), now: start) == .init(settled: [1]))
        announcements.left(c, main)
        announcements.take(announcement(2, c), shown: nil, now: start)
        #expect(announcements.look(at: listing(nil), now: start) == .init(settled: [2]), "it is gone by now")
    }

    @Test func aBranchThatIsDeletedAtOnceIsNotWaitedFor() {
        var announcements = Announcements()
        announcements.take(announcement(1, b), shown: nil, now: start)
        #expect(announcements.look(at: listing(nil), now: start).settled == [])
        announcements.forget(main, before: 2)
        #expect(announcements.open == [])
    }

    @Test func nonsenseFromAStolenSecretIsBounded() {
        var announcements = Announcements()
        for number in 1...1000 {
            announcements.take(announcement(Int64(number), d, before: a), shown: a, now: start)
            _ = announcements.look(at: listing(a), now: start)
        }
        #expect(announcements.open == Array(985...1000))
        let outcome = announcements.look(at: listing(a), now: start + .seconds(300))
        #expect(outcome.givenUp.count == 16 && announcements.open.isEmpty)
    }

    @Test func aRestartTakesNothingFromTheTimeThatIsOver() {
        var announcements = Announcements()
        announcements.take(announcement(1, b), shown: a, age: .seconds(290), now: start)
        announcements.take(announcement(2, b, of: .branch("x")), shown: nil, age: .seconds(-3600), now: start)
        #expect(announcements.look(at: listing(a), now: start + .seconds(9)).givenUp == [])
        #expect(announcements.look(at: listing(a), now: start + .seconds(10)).givenUp.map(\.sequence) == [1])
        #expect(announcements.look(at: listing(a), now: start + .seconds(300)).givenUp.map(\.sequence) == [2])
    }

    @Test func anInboxKeepsTheNewestAndWhatItAnnounces() {
        var inbox = DeliveryInbox()
        #expect(inbox.empty().newest == .max, "whatever came before the start")
        for number in 1...100 { inbox.take(Int64(number), announcement(Int64(number), b), of: main) }
        inbox.take(101, nil, of: main)
        let came = inbox.empty()
        #expect(came.newest == 101 && came.announcements.count == 16 && came.endings.map(\.sequence) == [101])
        #expect(inbox.newest == nil && inbox.announcements.isEmpty && inbox.endings.isEmpty)
    }

    @Test func anInboxAsksOnceForWhatIsInDoubt() throws {
        let project = try #require(ProjectName("shop"))
        var inbox = DeliveryInbox()
        for number in 1...100 {
            for _ in 1...2 {
                inbox.doubt(
                    NewDelivery(
                        project: project, host: "github", deliveryID: "\(number)", event: "push",
                        receivedAt: Timestamp(milliseconds: 0)))
            }
        }
        #expect(inbox.takeDoubtful().map(\.deliveryID) == (85...100).map(String.init))
        #expect(inbox.takeDoubtful().isEmpty)
    }
}
