import Model
import Testing

@testable import Daemon

/// Whose turn it is after a boot.
struct RecoveryQueueTests {
    private static let start = ContinuousClock.now

    private func claim(_ name: String, _ kind: EnvironmentKind, _ seconds: Int64 = 0) throws -> RecoveryQueue.Claim {
        let project = try #require(ProjectName("shop"))
        let name = try #require(EnvironmentName(name))
        return .init(
            id: EnvironmentID(project: project, name: name), kind: kind,
            liveSince: Timestamp(milliseconds: seconds * 1000))
    }

    /// Everybody asks, over and over, in whatever order; returns the order in which they began.
    private func order(of claims: [RecoveryQueue.Claim], _ queue: inout RecoveryQueue) -> [String] {
        for claim in claims { queue.expect(claim.id, claim.kind) }
        var begun: [String] = []
        var rest = claims
        var now = Self.start
        while !rest.isEmpty, begun.count + rest.count == claims.count, now - Self.start < .seconds(60) {
            var working: [RecoveryQueue.Claim] = []
            for claim in rest where queue.mayBegin(claim, at: now) {
                begun.append(claim.id.name.rawValue)
                working.append(claim)
            }
            rest.removeAll { claim in working.contains(claim) }
            for claim in working { queue.finished(claim.id) }
            now = now.advanced(by: RecoveryQueue.pause)
        }
        return begun
    }

    @Test func productionComesFirstAndPreviewsNewestFirst() throws {
        var queue = RecoveryQueue()
        let claims = [
            try claim("older", .preview, 10), try claim("staging", .staging), try claim("newest", .preview, 30),
            try claim("newer", .preview, 20), try claim("production", .production),
            try claim("development", .development),
        ]
        let begun = order(of: claims, &queue)
        #expect(begun.first == "production")
        #expect(Set(begun[1...2]) == ["staging", "development"])
        #expect(Array(begun[3...]) == ["newest", "newer", "older"])
    }

    @Test func fewPreviewsAtATime() throws {
        var queue = RecoveryQueue()
        let previews = try (1...10).map { try claim("preview-\($0)", .preview, Int64($0)) }
        // The first to ask cannot know of the others yet.
        for preview in previews { _ = queue.mayBegin(preview, at: Self.start) }
        let granted = previews.filter { queue.mayBegin($0, at: Self.start) }
        #expect(granted.count == 2)
        queue.finished(granted[0].id)
        let next = previews.filter { !granted.contains($0) }.filter { queue.mayBegin($0, at: Self.start) }
        #expect(next.map(\.id.name.rawValue) == ["preview-10"])
    }

    @Test func whoIsBeforeIsWaitedForButNotForEver() throws {
        var queue = RecoveryQueue()
        let (production, preview) = (try claim("production", .production), try claim("preview", .preview))
        queue.expect(production.id, .production)
        #expect(queue.mayBegin(preview, at: Self.start) == false)
        #expect(queue.mayBegin(production, at: Self.start) == true)
        // It works, and works.
        #expect(queue.mayBegin(preview, at: Self.start + .seconds(119)) == false)
        #expect(queue.mayBegin(preview, at: Self.start + .seconds(120)) == true)
    }

    @Test func whileTheEngineIsAwayNobodyGetsAhead() throws {
        var queue = RecoveryQueue()
        let (production, preview) = (try claim("production", .production), try claim("preview", .preview))
        queue.expect(production.id, .production)
        for minute in 0..<10 {
            let now = Self.start + .seconds(60 * minute)
            #expect(queue.mayBegin(production, at: now) == true)
            queue.failed(production.id, isEngineAway: true)
            #expect(queue.mayBegin(preview, at: now) == false)
        }
        #expect(queue.mayBegin(production, at: Self.start + .seconds(601)) == true)
        queue.failed(production.id, isEngineAway: false)
        #expect(queue.mayBegin(preview, at: Self.start + .seconds(602)) == true, "it was its turn, and it failed")
    }

    @Test func aKindThatHasNothingKeepsNobodyWaiting() throws {
        var queue = RecoveryQueue()
        #expect(queue.mayBegin(try claim("preview", .preview), at: Self.start) == true)
    }
}
