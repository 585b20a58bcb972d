import Deployer
import Lifecycle
import Model

extension Housekeeping {
    /// Removes what builds left in the engine beyond its share of the disk; while the disk is low, all of it.
    ///
    /// Nothing goes while a build runs, which may be using it.
    func tidyCache(isPressed: Bool) async throws(StageFailure) {
        guard !parts.capacity.isBuilding else { return }
        let traces = try await parts.kept { ledger in try await ledger.buildTraces() }
        guard !traces.isEmpty else { return }
        let cache = BuildCache(
            images: try await parts.deployer.allImages(), traces: traces, instance: parts.deployer.instance)
        let budget = parts.capacity.cacheBudget
        var gone = cache.stale
        var bytes: Int64 = 0
        Failpoint.pass("gc.listed")
        let due = isPressed ? cache.due(budget: -1) : budget.map { cache.due(budget: $0) } ?? []
        for entry in due {
            guard !parts.capacity.isBuilding else { break }
            guard try await parts.deployer.discardImage(entry.reference) else { continue }
            Failpoint.pass("gc.removed")
            gone.append(entry.trace)
            bytes += entry.ownBytes
        }
        try await parts.kept { [gone] ledger in try await ledger.forget(traces: gone) }
        Failpoint.pass("gc.recorded")
        guard bytes > 0 else { return }
        parts.log.info("removed \(FreeSpace.text(UInt64(bytes))) of build cache and fetched base images")
    }
}
