import ContainerEngine
import Deployer
import Model
import Testing

@testable import Daemon

/// Looks that arrive in another order than they began.
struct LatestLookTests {
    private let now = ContinuousClock.now

    private func environment(
        _ containers: [(id: String, name: String, state: ContainerState)]
    ) throws
        -> ObservedEnvironment
    {
        let project = try #require(ProjectName("shop"))
        let name = try #require(EnvironmentName("staging"))
        let id = EnvironmentID(project: project, name: name)
        let labels = LabelSet(instance: "test", environment: id)
        return ObservedEnvironment(
            id: id,
            containers: containers.map {
                ObservedContainer(
                    id: $0.id, name: $0.name, image: nil, state: $0.state, labels: labels,
                    createdAt: Timestamp(milliseconds: 0))
            })
    }

    @Test func whatAnOlderLookSawIsNoNews() throws {
        var latest = LatestLook(at: now)
        let (before, after) = (try environment([("1", "web", .exited)]), try environment([("1", "web", .running)]))
        #expect(latest.take(after, lookedAt: now + .seconds(2)) == .first)
        #expect(latest.take(before, lookedAt: now + .seconds(1)) == .outdated)
        #expect(latest.observed == after)
        #expect(latest.take(after, lookedAt: now + .seconds(3)) == .same)
    }

    @Test func whateverDiffersIsNoticed() throws {
        var latest = LatestLook(at: now)
        _ = latest.take(try environment([("1", "web", .running)]), lookedAt: now)
        let paused = latest.take(try environment([("1", "web", .paused)]), lookedAt: now)
        #expect(paused == .different(renamed: [:]))
        let renamed = latest.take(try environment([("1", "other", .paused)]), lookedAt: now)
        #expect(renamed == .different(renamed: ["web": "other"]))
        #expect(latest.take(try environment([]), lookedAt: now) == .different(renamed: [:]))
    }
}
