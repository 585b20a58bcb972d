import Lifecycle
import Model
import Synchronization

/// What the machine has room for: asked before anything is begun that takes disk or memory.
///
/// Says no with a gate that people are shown, and wakes whoever was told no once there may be room.
final class Capacity: Sendable {
    private struct State {
        var budget: MemoryBudget
        /// Why no build begins, by the place on the disk.
        var disk: String?
        /// What build cache and fetched base images may take; nil while the engine's disk is not known.
        var cacheBudget: Int64?
        var generation = 0
        var waiting: [EnvironmentID: Wake] = [:]
    }

    private let state: Mutex<State>
    private let mustLook: @Sendable () -> Void

    /// A machine with room for everything, until more is known.
    ///
    /// - Parameter mustLook: called when the engine says that the disk is full.
    init(budget: MemoryBudget, mustLook: @escaping @Sendable () -> Void = {}) {
        state = Mutex(State(budget: budget))
        self.mustLook = mustLook
    }

    // What is known

    /// Why no build begins for want of disk; nil while builds may.
    var diskBlocker: String? { state.withLock { $0.disk } }

    /// The disk was looked at.
    func take(diskBlocker: String?) {
        relieve { state in
            let isRelief = state.disk != nil && diskBlocker == nil
            state.disk = diskBlocker
            return isRelief
        }
    }

    /// The engine said how much memory there is.
    func take(memoryBytes: Int64) {
        relieve { state in
            defer { state.budget.totalBytes = memoryBytes }
            return (state.budget.totalBytes ?? 0) < memoryBytes
        }
    }

    /// What build cache and fetched base images may take together; nil while that is not known.
    var cacheBudget: Int64? { state.withLock { $0.cacheBudget } }

    /// The disk that the engine keeps images on was looked at.
    func take(cacheBudget: Int64) { state.withLock { $0.cacheBudget = cacheBudget } }

    /// Whether a build runs.
    var isBuilding: Bool { state.withLock { $0.budget.isBuilding } }

    // Waiting

    /// Has the waker rung once there may be room; returns what to compare with ``generation`` then.
    func wait(_ id: EnvironmentID, _ wake: Wake) -> Int {
        state.withLock { state in
            state.waiting[id] = wake
            return state.generation
        }
    }

    /// Grows whenever there may be more room than before.
    var generation: Int { state.withLock { $0.generation } }

    private func relieve(_ change: (inout State) -> Bool) {
        let waiting = state.withLock { state -> [Wake] in
            guard change(&state) else { return [] }
            state.generation += 1
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for wake in waiting { wake.ring() }
    }

    // Disk

    /// The gate that a build waits at; nil while builds may begin.
    var diskGate: Gate? {
        diskBlocker.map {
            Gate(
                kind: .disk, blocker: $0,
                remedy: "make room there, or lower limits.disk_reserve; the build begins by itself then")
        }
    }

    /// What a failure was for want of room, as a gate; nil: it was not, or there is room by now.
    func gate(behind failure: StageFailure) -> Gate? {
        switch failure.reason {
        case .diskFull:
            mustLook()
            return diskGate
        case .memoryShort: return Gate(kind: .memory, blocker: failure.message, remedy: failure.hint)
        default: return nil
        }
    }

    // Memory

    /// An environment is to have this much memory; the gate that it waits at, or nil when it has it.
    func claim(_ bytes: Int64, for id: EnvironmentID, kind: EnvironmentKind) -> Gate? {
        state.withLock { $0.budget.claim(bytes, for: id, kind: kind) }.map { shortage in
            Gate(
                kind: .memory,
                blocker: "its containers may use \(Self.text(shortage.needed)) of memory, and of the "
                    + "\(Self.text(shortage.room)) that previews may use \(Self.text(shortage.promised)) are given away",
                remedy: "delete a preview that is not needed, lower resources.memory in \(Manifest.fileName), or lower "
                    + "limits.memory_reserve")
        }
    }

    /// What an environment has.
    func promised(to id: EnvironmentID) -> Int64? { state.withLock { $0.budget.promised(to: id) } }

    /// An environment has this, whatever was promised; nil: nothing any more.
    func settle(_ bytes: Int64?, for id: EnvironmentID, kind: EnvironmentKind) {
        relieve { state in
            let had = state.budget.promised(to: id) ?? 0
            state.budget.settle(bytes, for: id, kind: kind)
            return (bytes ?? 0) < had
        }
    }

    /// A build is about to begin: why it may not, or nil when it may, and then ``endBuild()`` must follow.
    func beginBuild(for kind: EnvironmentKind) -> StageFailure? {
        if let blocker = diskBlocker {
            return StageFailure(
                reason: .diskFull, verdict: .retry(after: nil), message: blocker,
                hint: "make room there, or lower limits.disk_reserve")
        }
        guard let shortage = state.withLock({ $0.budget.beginBuild(for: kind) }) else { return nil }
        return StageFailure(
            reason: .memoryShort, verdict: .retry(after: nil),
            message:
                "a build may use \(Self.text(shortage.needed)) of memory, and of the \(Self.text(shortage.room)) that "
                + "previews and builds may use \(Self.text(shortage.promised)) are given away",
            hint: "wait for a build to end, delete a preview that is not needed, or lower limits.build_memory")
    }

    /// A build has ended.
    func endBuild() {
        relieve { state in
            state.budget.endBuild()
            return true
        }
    }

    private static func text(_ bytes: Int64) -> String { FreeSpace.text(UInt64(max(0, bytes))) }
}

/// How much memory the containers of some services may use.
enum MemoryNeed {
    /// The sum of the limits, in bytes; a service without one counts with the environment's default, or not at all.
    static func bytes(of services: [ServiceDefinition], defaults: Resources) -> Int64 {
        services.reduce(0) { sum, service in
            let limit = service.resources.memoryBytes ?? defaults.memoryBytes ?? 0
            return sum + Int64(limit) * Int64(service.replicas)
        }
    }
}
