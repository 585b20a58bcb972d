import CSwiftRuntime
import Dispatch
import Lifecycle

/// One thread, on which every job of the Swift runtime runs in an order that a seed decides, with a clock that jumps.
///
/// Jobs come through `swift_task_enqueueGlobal_hook` of the runtime: those of tasks and those of actors. When none is
/// ready, time passes to the next timer at once. Only ``SimulatedMachine/shared`` exists; a world begins with ``reset(seed:)``.
// Unchecked: everything here, and all of the simulation, runs on the main thread alone.
final class SimulatedMachine: Machine, @unchecked Sendable {
    static let shared = SimulatedMachine()

    private enum Ready {
        case job(UnownedJob)
        case sleeper(UnsafeContinuation<Void, Never>)
        case body(() -> Void)
    }

    private enum Alarm {
        case sleeper(UnsafeContinuation<Void, Never>)
        case body(() -> Void)
    }

    private var ready: [Ready] = []
    /// What is to happen at some moment; nil once it has, or need not any more.
    private var alarms: [Alarm?] = []
    /// The number of the first of those: whoever still waits in an earlier world waits for none of this one's.
    private var firstAlarm = 0
    private var heap = TimerHeap()
    private var order = Chances(seed: 0)
    private var chance = Chances(seed: 0)
    private let origin = ContinuousClock.now
    /// Nanoseconds of monotonic time since the world began.
    private(set) var elapsed: Int64 = 0
    /// By how many milliseconds the wall clock is off.
    var wallOffset: Int64 = 0
    /// How many jobs ran.
    private(set) var jobs = 0
    /// A digest of everything that ran, and when.
    private(set) var trace: UInt64 = 0

    /// The moment of the wall clock at which worlds begin: a day before a daylight saving change.
    static let epoch: Int64 = 1_774_656_000_000

    /// How many jobs may run in one moment.
    private static let spinLimit = 20_000

    private typealias Enqueue = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Enqueue) -> Void

    /// The generic executor, which is all zeros: SerialExecutorRef::generic() in the runtime's ABI/Executor.h.
    private let generic = unsafeBitCast((0, 0) as (Int, Int), to: UnownedSerialExecutor.self)

    /// Takes over every job of this process from now on.
    func takeOver() {
        let hook: Hook = { job, _ in SimulatedMachine.shared.ready.append(.job(job)) }
        slipway_set_enqueue_hook(unsafeBitCast(hook, to: UnsafeMutableRawPointer.self))
        CurrentMachine.value = self
    }

    /// Begins another world: what the last one left is forgotten.
    func reset(seed: UInt64) {
        ready = []
        firstAlarm += alarms.count
        alarms = []
        heap = TimerHeap()
        order = Chances(seed: seed)
        chance = Chances(seed: seed ^ 0x5EED)
        elapsed = 0
        wallOffset = 0
        trace = seed
        jobs = 0
    }

    // What the daemon asks

    var now: ContinuousClock.Instant { origin + .nanoseconds(elapsed) }
    var wallMilliseconds: Int64 { Self.epoch + elapsed / 1_000_000 + wallOffset }

    func sleep(until instant: ContinuousClock.Instant) async throws(CancellationError) {
        let length = (instant - origin).components
        // Rounded up: whoever sleeps until a moment must not wake a fraction before it.
        await pause(at: length.seconds * 1_000_000_000 + (length.attoseconds + 999_999_999) / 1_000_000_000)
        if Task.isCancelled { throw CancellationError() }
    }

    func fraction() -> Double { chance.fraction() }

    func run(on queue: DispatchQueue, _ body: @escaping @Sendable () -> Void) { ready.append(.body(body)) }

    // What the simulation asks

    /// Waits for that many milliseconds, or until the task is cancelled.
    func pause(milliseconds: Double) async {
        // Not of any length: others may come first, and no clock is needed for that.
        if milliseconds == 0 { return await withUnsafeContinuation { ready.append(.sleeper($0)) } }
        await pause(at: elapsed + Int64(milliseconds * 1_000_000))
    }

    /// Runs the body when that many milliseconds have passed.
    func after(milliseconds: Double, _ body: @escaping () -> Void) {
        set(.body(body), at: elapsed + Int64(max(0, milliseconds) * 1_000_000))
    }

    /// The machine was suspended for that long: everything that was due meanwhile is due now.
    func suspend(milliseconds: Int64) { elapsed += milliseconds * 1_000_000 }

    /// Mixes a value into the trace.
    func note(_ value: UInt64) { trace = (trace ^ value) &* 0x100_0000_01B3 }

    /// Runs until the condition holds or nothing is left to do. The condition is asked whenever no job is ready.
    ///
    /// - Parameter onSpin: called when so much runs without any time passing that it will never end.
    func run(until isOver: () -> Bool, onSpin: () -> Void = {}) {
        var (moment, since) = (elapsed, jobs)
        while true {
            if ready.isEmpty {
                if isOver() { return }
                guard passTime() else { return }
                if elapsed > moment { (moment, since) = (elapsed, jobs) }
                if jobs - since > Self.spinLimit { return onSpin() }
                continue
            }
            let index = ready.count == 1 ? 0 : order.below(ready.count)
            let chosen = ready[index]
            ready[index] = ready[ready.count - 1]
            ready.removeLast()
            jobs += 1
            // Also where each job makes another one, and there is always one that is ready.
            if jobs - since > Self.spinLimit { return onSpin() }
            switch chosen {
            case .job(let job): job.runSynchronously(on: generic)
            case .sleeper(let continuation): continuation.resume()
            case .body(let body): body()
            }
        }
    }

    /// Moves the clock to the next alarm and lets everything that is due then become ready; false when there is none.
    private func passTime() -> Bool {
        var isAny = false
        while let next = heap.first {
            guard alarms[next.id - firstAlarm] != nil else {
                heap.removeFirst()
                continue
            }
            if isAny, next.at > elapsed { return true }
            elapsed = max(elapsed, next.at)
            heap.removeFirst()
            isAny = true
            fire(next.id)
        }
        return isAny
    }

    private func pause(at moment: Int64) async {
        let id = add(nil)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume() }
                alarms[id - firstAlarm] = .sleeper(continuation)
                heap.insert(.init(at: max(moment, elapsed), id: id))
            }
        } onCancel: {
            fire(id)
        }
    }

    private func set(_ alarm: Alarm, at moment: Int64) {
        heap.insert(.init(at: moment, id: add(alarm)))
    }

    private func add(_ alarm: Alarm?) -> Int {
        alarms.append(alarm)
        return firstAlarm + alarms.count - 1
    }

    private func fire(_ id: Int) {
        guard id >= firstAlarm else { return }
        let alarm = alarms[id - firstAlarm]
        alarms[id - firstAlarm] = nil
        switch alarm {
        case .sleeper(let continuation): continuation.resume()
        case .body(let body): ready.append(.body(body))
        case nil: break
        }
    }
}

/// A binary heap of moments; those that are equal keep their order.
private struct TimerHeap {
    struct Entry {
        let at: Int64
        let id: Int

        func isBefore(_ other: Self) -> Bool { (at, id) < (other.at, other.id) }
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].isBefore(entries[least]) { least = child }
            if least == parent { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
