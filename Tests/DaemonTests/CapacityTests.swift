import Lifecycle
import Model
import Testing

@testable import Daemon

@Suite struct CapacityTests {
    private func capacity() -> Capacity {
        Capacity(budget: MemoryBudget(totalBytes: 4 << 30, reserve: 1 << 30, buildBytes: 2 << 30, buildLimit: 1))
    }

    private func id(_ name: String) throws -> EnvironmentID {
        EnvironmentID(project: Fixture.id.project, name: try #require(EnvironmentName(name)))
    }

    @Test func aRefusalWakesNobody() throws {
        let capacity = capacity()
        #expect(capacity.claim(1 << 30, for: try id("preview-1"), kind: .preview) == nil)
        let generation = capacity.wait(try id("preview-2"), Wake())
        #expect(capacity.claim(2 << 30, for: try id("preview-2"), kind: .preview)?.kind == .memory)
        capacity.take(diskBlocker: "low")
        #expect(capacity.beginBuild(for: .staging)?.reason == .diskFull)
        capacity.take(diskBlocker: "lower")
        #expect(capacity.generation == generation)
    }

    @Test func roomWakesWhoeverWaits() async throws {
        let capacity = capacity()
        let wakes = [Wake(), Wake()]
        _ = capacity.claim(1 << 30, for: try id("preview-1"), kind: .preview)
        let first = capacity.wait(try id("preview-2"), wakes[0])
        capacity.settle(nil, for: try id("preview-1"), kind: .preview)
        await wakes[0].wait(until: nil)
        #expect(capacity.generation > first)
        capacity.take(diskBlocker: "low")
        let second = capacity.wait(try id("preview-3"), wakes[1])
        capacity.take(diskBlocker: nil)
        await wakes[1].wait(until: nil)
        #expect(capacity.generation > second)
    }

    @Test func aFailureForWantOfDiskIsAGateOnlyWhileTheDiskIsLow() {
        let capacity = capacity()
        let failure = StageFailure(reason: .diskFull, verdict: .retry(after: nil), message: "no space left on device")
        #expect(capacity.gate(behind: failure) == nil)
        capacity.take(diskBlocker: "low")
        #expect(capacity.gate(behind: failure)?.kind == .disk)
        #expect(capacity.gate(behind: .cancelled) == nil)
    }

    @Test func needIsTheSumOfTheLimitsOfAllReplicas() {
        var large = ServiceDefinition()
        large.resources.memoryBytes = 1 << 30
        large.replicas = 3
        let need = MemoryNeed.bytes(of: [large, ServiceDefinition()], defaults: .previewDefault)
        #expect(need == 3 << 30 + 256 << 20)
        #expect(MemoryNeed.bytes(of: [ServiceDefinition()], defaults: .init()) == 0)
    }
}
