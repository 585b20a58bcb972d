import Deployer
import Lifecycle
import Model
import Store

/// Waiting for disk and memory: holds no thread, and what runs is looked after meanwhile.
extension EnvironmentWorker {
    /// What a candidate waits for before anything is begun; nil: there is room.
    func obstacle(to candidate: Candidate) async -> Gate? {
        // Before it is asked: room that is made in the meantime must not be missed.
        obstacleGeneration = parts.capacity.wait(id, wake)
        if let gate = parts.capacity.diskGate, await !images.areBuilt(candidate) { return gate }
        let bytes = MemoryNeed.bytes(of: candidate.services.map(\.definition), defaults: defaults)
        return parts.capacity.claim(bytes, for: id, kind: record.kind)
    }

    /// A commit waits; people are told once.
    func obstructed(_ commit: ObjectID, by gate: Gate) async {
        machine.obstructed(commit, by: gate)
        if toldObstacle?.commit != commit || toldObstacle?.gate.kind != gate.kind {
            toldObstacle = machine.obstacle
            log.info("\(commit.short) waits: \(gate.blocker)")
            await parts.tell(
                id, "deployment.waiting", "\(commit.short) waits for \(gate.kind.rawValue): \(gate.blocker)")
        }
        parts.changes.notify()
    }

    /// What was begun could not go on for want of room, and waits; false where it was something else.
    func waitsForRoom(_ commit: ObjectID, _ failure: StageFailure) async -> Bool {
        // Somebody else's build, which this one only joined, was refused: this one is asked for by itself.
        let isJoined = failure.reason == .memoryShort && record.kind != .preview
        let isEnded = isGivingWay && failure.verdict == .cancelled && target == commit
        var gate = isJoined ? nil : parts.capacity.gate(behind: failure)
        if isEnded {
            obstacleGeneration = parts.capacity.wait(id, wake)
            gate = parts.capacity.diskGate
        }
        guard gate != nil || isJoined || isEnded else { return false }
        // The memory stays promised: given back and asked for again, it would wake all who wait, in turns for ever.
        deployment?.state = .queued
        machine.failed(commit, .cancelled, at: parts.now()) { parts.pause(afterFailures: $0) }
        if let gate { await obstructed(commit, by: gate) }
        await persist(kind: nil, "", replacing: nil)
        return true
    }

    /// A build ends where it is, to leave the rest of the disk to others; it begins again when there is room.
    func giveWay() {
        guard deployment?.state == .building, !isSwitching, workingOn != nil else { return }
        isGivingWay = true
        work.interrupt()
    }

    /// Nothing of what was begun runs: only what ran before keeps its memory.
    func takeMemoryBack() {
        parts.capacity.settle(record.live == nil ? nil : liveMemory, for: id, kind: record.kind)
    }

    /// What the release that is live may use.
    func settleMemory(_ release: Release) {
        let bytes = MemoryNeed.bytes(of: release.services.map(\.definition), defaults: defaults)
        liveMemory = bytes
        parts.capacity.settle(bytes, for: id, kind: record.kind)
    }

    private var defaults: Resources {
        parts.configurations.configuration(of: id, kind: record.kind, ref: record.ref).defaults
    }
}
