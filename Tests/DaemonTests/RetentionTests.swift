import Lifecycle
import Model
import Testing

@testable import Daemon

@Suite struct RetentionTests {
    private func image(_ number: Int) throws -> ImageID {
        let digits = String(repeating: "0", count: 63) + "\(number)"
        return try #require(ImageID("sha256:" + digits))
    }

    @Test func unneededImagesRestADayByTheMonotonicClock() throws {
        let (needed, unneeded) = (try image(1), try image(2))
        let start = SteadyClock.now
        var since: [ImageID: ContinuousClock.Instant] = [:]
        func due(after hours: Int) -> [ImageID] {
            Retention.due(
                known: [needed, unneeded], needed: [needed], unneededSince: &since, now: start + .seconds(hours * 3600))
        }
        #expect(due(after: 0) == [])
        #expect(due(after: 23) == [])
        #expect(due(after: 24) == [unneeded])
    }

    @Test func whatIsNeededAgainRestsAnew() throws {
        let image = try self.image(1)
        let start = SteadyClock.now
        var since: [ImageID: ContinuousClock.Instant] = [:]
        for (hours, needed) in [(0, Set<ImageID>()), (23, [image]), (25, [])] {
            let due = Retention.due(
                known: [image], needed: needed, unneededSince: &since, now: start + .seconds(hours * 3600))
            #expect(due == [])
        }
    }

    @Test func pressureAsksForTwoLooksAndNoRest() throws {
        let image = try self.image(1)
        var since: [ImageID: ContinuousClock.Instant] = [:]
        let now = SteadyClock.now
        #expect(Retention.due(known: [image], needed: [], unneededSince: &since, now: now, rest: .zero) == [])
        #expect(Retention.due(known: [image], needed: [], unneededSince: &since, now: now, rest: .zero) == [image])
    }

    @Test func releaseThatAPromotionWaitsForIsKept() {
        var staging = EnvironmentRecord(
            id: EnvironmentID(project: Fixture.id.project, name: .staging), kind: .staging, ref: nil,
            createdAt: Fixture.now)
        for number in 1...9 {
            staging.healthy.append(
                .init(
                    commit: Fixture.commit(number), content: Fixture.digest(number), release: Fixture.digest(number),
                    at: Fixture.now))
        }
        let production = EnvironmentID(project: Fixture.id.project, name: .production)
        let kept = Retention.keptReleases([staging])
        #expect(kept == Set((5...9).map { Fixture.digest($0) }))
        let waits = EnvironmentWish(
            environment: production, kind: .production, ref: nil,
            intent: .wait(commit: Fixture.commit(2), gates: []), reason: "")
        #expect(Retention.promisedReleases([waits], [staging]) == [Fixture.digest(2)])
        let promotes = EnvironmentWish(
            environment: production, kind: .production, ref: nil,
            intent: .promote(commit: Fixture.commit(3), release: Fixture.digest(3)), reason: "")
        #expect(Retention.promisedReleases([promotes], [staging]) == [Fixture.digest(3)])
    }
}
