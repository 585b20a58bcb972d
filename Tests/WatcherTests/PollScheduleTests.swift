import Model
import Testing
import Watcher

@Suite struct PollScheduleTests {
    private let start = ContinuousClock.now
    private let shop = ProjectName.make("shop")
    private let site = ProjectName.make("site")
    private let address = RemoteAddress.make("https://example.com/a.git")
    private let other = RemoteAddress.make("https://example.com/b.git")
    private var schedule = PollSchedule(interval: .seconds(60))

    private func after(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private mutating func finish(
        _ projects: [ProjectName], _ outcome: PollSchedule.Outcome = .listed, at seconds: Int, random: Double = 0.5
    ) {
        schedule.finished(projects, at: address, outcome: outcome, now: after(seconds), random: random)
    }

    @Test mutating func aNewProjectIsDueNowAndThenEveryInterval() {
        schedule.watch(shop, at: address, now: start)
        #expect(schedule.takeDue(now: start) == [shop])
        #expect(schedule.nextDue == nil)
        finish([shop], at: 1)
        #expect(schedule.nextDue == after(61))
        #expect(schedule.takeDue(now: after(60)) == [])
        #expect(schedule.takeDue(now: after(61)) == [shop])
    }

    @Test(arguments: [(0.0, 54), (0.5, 60), (1.0, 66)])
    mutating func theIntervalVariesByATenth(random: Double, seconds: Int) throws {
        schedule.watch(shop, at: address, now: start)
        _ = schedule.takeDue(now: start)
        finish([shop], at: 0, random: random)
        let pause = start.duration(to: try #require(schedule.nextDue))
        #expect(abs(pause / .milliseconds(1) - Double(seconds) * 1000) < 1)
    }

    @Test mutating func failuresAreFollowedByGrowingPausesUpToTenMinutes() {
        schedule.watch(shop, at: address, now: start)
        var now = 0
        for pause in [60, 120, 240, 480, 600, 600] {
            #expect(schedule.takeDue(now: after(now)) == [shop])
            finish([shop], .failed, at: now)
            now += pause
            #expect(schedule.nextDue == after(now))
        }
        _ = schedule.takeDue(now: after(now))
        finish([shop], at: now)
        #expect(schedule.nextDue == after(now + 60))
    }

    @Test mutating func whatBrokeOffHereIsTriedAgainAtOnceAndThenLessOften() {
        schedule.watch(shop, at: address, now: start)
        var now = 0
        for pause in [1, 2, 4, 8, 16, 32, 64] {
            #expect(schedule.takeDue(now: after(now)) == [shop])
            finish([shop], .interrupted, at: now)
            now += pause
            #expect(schedule.nextDue == after(now))
        }
    }

    @Test mutating func aLookIsNow() {
        schedule.watch(shop, at: address, now: start)
        _ = schedule.takeDue(now: start)
        finish([shop], .failed, at: 0)
        schedule.look(at: shop, now: after(3))
        schedule.look(at: shop, now: after(3))
        #expect(schedule.takeDue(now: after(3)) == [shop])
        #expect(schedule.takeDue(now: after(3)) == [])
    }

    @Test mutating func aLookDuringAListingIsFollowedByOneMore() {
        schedule.watch(shop, at: address, now: start)
        _ = schedule.takeDue(now: start)
        for _ in 0..<10 { schedule.look(at: shop, now: after(1)) }
        #expect(schedule.takeDue(now: after(1)) == [])
        finish([shop], at: 2)
        #expect(schedule.takeDue(now: after(2)) == [shop])
        finish([shop], at: 3)
        #expect(schedule.nextDue == after(63))
    }

    @Test mutating func whatIsDueSoonComesAlong() {
        schedule.watch(shop, at: address, now: start)
        schedule.watch(site, at: other, now: after(12))
        #expect(schedule.takeDue(now: start) == [shop, site])
    }

    @Test mutating func projectsWithTheSameRepositoryComeAlong() {
        schedule.watch(shop, at: address, now: start)
        schedule.watch(site, at: address, now: start)
        #expect(schedule.takeDue(now: start) == [shop, site])
        finish([shop, site], at: 0)
        schedule.look(at: shop, now: after(30))
        #expect(schedule.takeDue(now: after(30)) == [shop, site])
    }

    @Test mutating func oneThatFailsDoesNotComeAlong() {
        schedule.watch(shop, at: address, now: start)
        schedule.watch(site, at: address, now: start)
        _ = schedule.takeDue(now: start)
        finish([shop], at: 0)
        finish([site], .failed, at: 0)
        schedule.look(at: shop, now: after(30))
        #expect(schedule.takeDue(now: after(30)) == [shop])
    }

    @Test mutating func aProjectThatIsForgottenIsNotDue() {
        schedule.watch(shop, at: address, now: start)
        _ = schedule.takeDue(now: start)
        schedule.unwatch(shop)
        finish([shop], at: 0)
        #expect(schedule.nextDue == nil)
    }

    @Test mutating func anotherAddressIsDueNowWhateverWasUnderWay() {
        schedule.watch(shop, at: other, now: start)
        _ = schedule.takeDue(now: start)
        schedule.watch(shop, at: address, now: after(1))
        #expect(schedule.takeDue(now: after(1)) == [shop])
        // The end of the listing of the old address says nothing about the new one.
        schedule.finished([shop], at: other, outcome: .listed, now: after(2), random: 0.5)
        #expect(schedule.takeDue(now: after(100)) == [])
    }

    @Test mutating func countsHowOftenTheSameWasHeard() {
        schedule.watch(shop, at: address, now: start)
        #expect(schedule.heard(1, of: address, for: [shop]) == 0)
        #expect(schedule.heard(1, of: address, for: [shop]) == 1)
        schedule.watch(site, at: address, now: start)
        #expect(schedule.heard(1, of: address, for: [shop, site]) == 0)
        #expect(schedule.heard(1, of: address, for: [shop, site]) == 1)
        #expect(schedule.heard(2, of: address, for: [shop, site]) == 0)
        #expect(schedule.heard(2, of: other, for: [shop, site]) == 0)
    }

    /// who knows the webhook secret can ask as often as a machine can; listings stay few.
    @Test mutating func looksThatAreAskedForWithoutEndArePaced() {
        schedule.watch(shop, at: address, now: start)
        var listings = 0
        for millisecond in 0..<20_000 {
            let now = start + .milliseconds(millisecond)
            schedule.look(at: shop, now: now)
            guard !schedule.takeDue(now: now).isEmpty else { continue }
            listings += 1
            schedule.finished([shop], at: address, outcome: .listed, now: now, random: 0.5)
        }
        #expect(listings <= PollSchedule.askBurst + 20 * 2 + 1)
        // And none is lost: the last wish is met as soon as the pace allows.
        #expect(schedule.nextDue.map { $0 <= start + .milliseconds(20_500) } == true)
    }

    @Test mutating func aFewLooksAreNotPaced() {
        schedule.watch(shop, at: address, now: start)
        _ = schedule.takeDue(now: start)
        finish([shop], at: 0)
        for second in 1..<PollSchedule.askBurst {
            #expect(schedule.look(at: shop, now: start + .milliseconds(second)) == true)
            #expect(schedule.takeDue(now: start + .milliseconds(second)) == [shop])
            schedule.finished(
                [shop], at: address, outcome: .listed, now: start + .milliseconds(second), random: 0.5)
        }
    }

    /// Pushes during a short outage must not keep the remote from being listed for long after it.
    @Test mutating func failuresOfWhatWasAskedForDoNotMakeThePauseGrow() throws {
        schedule.watch(shop, at: address, now: start)
        for second in stride(from: 0, to: 30, by: 5) {
            schedule.look(at: shop, now: after(second))
            #expect(schedule.takeDue(now: after(second)) == [shop])
            finish([shop], .failed, at: second + 1)
        }
        #expect(try #require(schedule.nextDue) <= after(26 + 66))
    }

    @Test mutating func askingAgainChangesNothing() {
        schedule.watch(shop, at: address, now: start)
        _ = schedule.takeDue(now: start)
        #expect(schedule.look(at: shop, now: after(1)) == true)
        #expect(schedule.look(at: shop, now: after(1)) == false)
        finish([shop], at: 2)
        #expect(schedule.takeDue(now: after(2)) == [shop])
    }
}
