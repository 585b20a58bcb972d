import Model
import Testing

@testable import Daemon

/// What people are told of an application's health while it runs.
struct LiveHealthTests {
    private static let start = ContinuousClock.now

    /// One look at each of these containers, that many seconds after the start; nil: well.
    private func look(
        _ health: inout LiveHealth, _ problems: [String: String?], after seconds: Int, retries: Int = 1
    ) -> LiveHealth.Notice? {
        health.looked(
            problems.map { .init(container: $0.key, problem: $0.value, retries: retries) }, all: Set(problems.keys),
            at: Timestamp(milliseconds: Int64(seconds) * 1000), steady: Self.start + .seconds(seconds))
    }

    @Test func healthyFromTheStartIsNoNews() {
        var health = LiveHealth()
        #expect(look(&health, ["web-1": nil], after: 5) == nil)
        #expect(health.state == .healthy)
        #expect(health.shown(.healthy, nil).health == .healthy)
    }

    @Test func itTakesAsManyFailuresInARowAsTheManifestSays() {
        var health = LiveHealth()
        #expect(look(&health, ["web-1": "answered 500"], after: 5, retries: 3) == nil)
        #expect(look(&health, ["web-1": "answered 500"], after: 10, retries: 3) == nil)
        #expect(look(&health, ["web-1": nil], after: 15, retries: 3) == nil)
        #expect(look(&health, ["web-1": "answered 500"], after: 20, retries: 3) == nil)
        #expect(look(&health, ["web-1": "answered 500"], after: 25, retries: 3) == nil)
        let notice = look(&health, ["web-1": "answered 500"], after: 30, retries: 3)
        #expect(notice == .init(kind: "health.failing", message: "it is failing: web-1: answered 500"))
        #expect(look(&health, ["web-1": "answered 500"], after: 35, retries: 3) == nil, "each state once")
        let shown = health.shown(.healthy, nil)
        #expect(shown.health == .failing)
        #expect(shown.reason == "since 1970-01-01T00:00:30.000Z: web-1: answered 500")
    }

    @Test func someOfSeveralIsDegraded() {
        var health = LiveHealth()
        #expect(look(&health, ["web-1": nil, "web-2": "refused"], after: 5)?.kind == "health.degraded")
        #expect(look(&health, ["web-1": "refused", "web-2": "refused"], after: 10)?.kind == "health.failing")
        #expect(look(&health, ["web-1": nil, "web-2": nil], after: 15)?.kind == "health.healthy")
        #expect(health.problem == nil)
    }

    @Test func aContainerThatIsGoneDoesNotCount() {
        var health = LiveHealth()
        #expect(look(&health, ["web-1": nil, "web-2": "refused"], after: 5)?.kind == "health.degraded")
        #expect(look(&health, ["web-1": nil], after: 10)?.kind == "health.healthy")
    }

    @Test func whoGoesBackAndForthIsToldOfOnceUntilItIsSteady() {
        var health = LiveHealth()
        var told: [String] = []
        for round in 0..<60 {
            let problem: String? = round.isMultiple(of: 2) ? "refused" : nil
            if let notice = look(&health, ["web-1": problem], after: 10 * (round + 1)) { told.append(notice.kind) }
        }
        #expect(
            told == ["health.failing", "health.healthy", "health.failing", "health.healthy", "health.flapping"])
        #expect(health.flappingSince != nil)
        // Steady for ten minutes: what it is now is told, and later changes are again.
        for minute in 1...9 { #expect(look(&health, ["web-1": nil], after: 600 + 60 * minute) == nil) }
        #expect(look(&health, ["web-1": nil], after: 600 + 600)?.kind == "health.healthy")
        #expect(health.flappingSince == nil)
        #expect(look(&health, ["web-1": "refused"], after: 1300)?.kind == "health.failing")
    }

    @Test func whatTheEngineSaysComesFirst() {
        var health = LiveHealth()
        _ = look(&health, ["web-1": "refused"], after: 5)
        #expect(health.shown(.unknown, "the engine does not answer").health == .unknown)
        #expect(health.shown(.failing, "its containers are gone").reason == "its containers are gone")
        #expect(health.shown(.degraded, "not running: web-2").health == .failing)
    }
}
