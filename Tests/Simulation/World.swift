import Config
import Daemon
import Glibc
import Lifecycle
import Model
import Store

/// What came of a call across a boundary.
enum Outcome<Value> {
    case value(Value)
    case cut(Cut)
}

/// Why there is no answer.
enum Cut {
    /// The daemon that asked is dead.
    case dead
    /// The task that asked was cancelled before anything was sent.
    case cancelled
    /// It failed; whether anything happened, the caller cannot know.
    case failed
}

/// One life of the daemon, from its start to its crash.
final class Life: @unchecked Sendable {  // Unchecked: see SimulatedMachine.
    let number: Int
    let stop = StopSignal()
    var epoch: Int64 = 0
    var isDead = false
    var control: DaemonControl?
    var tasks: [Task<Void, Never>] = []
    /// The streams of events that it has open.
    var listeners: [EventStream] = []

    init(number: Int) { self.number = number }
}

/// A whole world: repositories, engine, proxy, disk and people around one daemon after the other.
final class World: @unchecked Sendable {  // Unchecked: see SimulatedMachine.
    let machine = SimulatedMachine.shared
    let seed: UInt64
    let variant: Variant
    /// How long everything must stay as it should be at the end, in nanoseconds: a poll at least, and in long worlds and
    /// one of eight others so long that everything is looked at which is looked at from time to time.
    let rest: Int64
    var chances: Chances
    let configuration: Configuration
    let repositories: [Repository]
    var disk = Disk()
    let engine = EngineState()
    var proxy = ProxyState()
    let oracle: Oracle
    var lives: [Life] = []
    var isTraced = false

    /// How many calls crossed a boundary, and how many things happened from outside.
    private(set) var steps = 0
    private(set) var faults = 0
    /// How many calls are on their way to the other side or back.
    private(set) var underWay = 0
    /// How often anything may have become different that the oracle looks at.
    private(set) var changes = 0
    private var armed: [(crossing: Crossing, rest: Int, blow: Blow)] = []
    var diskFullUntil: Int64 = 0
    /// Nothing from outside happens any more.
    private(set) var isCalm = false
    var isStartScheduled = false
    var deliveryCount = 0

    var isDiskFull: Bool { machine.elapsed < diskFullUntil }
    var wall: Timestamp { Timestamp(milliseconds: machine.wallMilliseconds) }

    init(seed: UInt64, variant: Variant, extent: Extent) {
        self.seed = seed
        self.variant = variant
        chances = Chances(seed: seed ^ 0xD1CE)
        machine.reset(seed: seed)
        let isLong = extent == .long
        let isWatchedLong = isLong ? true : chances.percent(12)
        rest = isWatchedLong ? 32_000_000_000 : 9_000_000_000
        let count = chances.percent(isLong ? 30 : 6) ? 2 : 1
        repositories = (0..<count).map { Repository(index: $0) }
        var configuration = Configuration(
            projects: repositories.map { Configuration.Project(name: $0.name, repository: $0.address) },
            surroundings: .simulated)
        configuration.poll = .init(interval: .seconds(isLong ? 20 : 8))
        configuration.runtime.ports = 20_000...20_999
        self.configuration = configuration
        oracle = Oracle()
        oracle.subject = self
        for repository in repositories {
            repository.push(.branch("main"), tree: chances.below(12))
            if chances.percent(isLong ? 40 : 15) { repository.push(.branch("develop"), tree: chances.below(12)) }
            if chances.percent(isLong ? 40 : 15) { repository.push(.branch("feature-a"), tree: chances.below(12)) }
            if chances.percent(30) { repository.tag(repository.refs.values.map(\.commit).sorted()[0], step: 0) }
        }
    }

    // Calls across boundaries

    /// Takes a call of the daemon's to the other side and its answer back, if nothing comes between.
    func cross<Value>(
        _ crossing: Crossing, _ life: Life, _ effect: @escaping () -> Value
    ) async -> Outcome<Value> {
        if life.isDead { return .cut(.dead) }
        // What is written is written: records do not hear of cancellation.
        if crossing != .read, crossing != .write, crossing != .routes, crossing != .proxy, Task.isCancelled {
            return .cut(.cancelled)
        }
        steps += 1
        underWay += 1
        defer { underWay -= 1 }
        // As the daemon's own fence does before everything that changes something.
        if crossing.isEffect, life.epoch != disk.current.epoch {
            crash(life, downFor: 0)
            return .cut(.dead)
        }
        let blow = take(crossing)
        machine.note(UInt64(truncatingIfNeeded: machine.elapsed) &+ UInt64(life.number) << 56)
        trace { "  \(life.number) \(crossing.rawValue)\(blow.map { " ⚡︎ \($0)" } ?? "")" }
        if case .slow(let milliseconds) = blow { await machine.pause(milliseconds: Double(milliseconds)) }
        await machine.pause(milliseconds: latency(crossing))
        if life.isDead { return .cut(.dead) }
        switch blow {
        case .fails: return .cut(.failed)
        case .crashBefore(let downFor):
            crash(life, downFor: downFor)
            return .cut(.dead)
        case .happensLate(let milliseconds) where !crossing.isLocal:
            machine.after(milliseconds: Double(milliseconds)) { [self] in
                changed()
                _ = effect()
            }
            return .cut(.failed)
        default: break
        }
        if crossing.mayChange { changed() }
        let value = effect()
        switch blow {
        case .failsAfterwards, .happensLate: return .cut(.failed)
        case .crashAfter(let downFor):
            crash(life, downFor: downFor)
            return .cut(.dead)
        default: break
        }
        if chances.percent(30) { await machine.pause(milliseconds: latency(crossing)) }
        return life.isDead ? .cut(.dead) : .value(value)
    }

    /// Something may be different now.
    func changed() { changes += 1 }

    private func latency(_ crossing: Crossing) -> Double {
        switch crossing {
        case .read, .write, .open: chances.percent(80) ? 0 : Double(chances.below(8))
        case .listRemote, .fetch: Double(20 + chances.below(300))
        case .stop: Double(chances.below(2000))
        default: Double(chances.below(40))
        }
    }

    private func take(_ crossing: Crossing) -> Blow? {
        var hit: Blow?
        for index in armed.indices where armed[index].crossing == crossing { armed[index].rest -= 1 }
        if let index = armed.firstIndex(where: { $0.crossing == crossing && $0.rest < 0 }) {
            hit = armed.remove(at: index).blow
        }
        return hit
    }

    func arm(_ blow: Blow, on crossing: Crossing, nth: Int) { armed.append((crossing, nth, blow)) }

    func trace(_ text: () -> String) {
        guard isTraced else { return }
        say("\(machine.elapsed / 1_000_000) ms \(text())")
    }

    // The daemon's lives

    /// The daemon that would answer now.
    var running: Life? { lives.last { !$0.isDead } }

    func start() {
        let life = Life(number: lives.count)
        lives.append(life)
        trace { "life \(life.number) starts" }
        let world = self
        life.tasks.append(Task { await world.live(life) })
    }

    private func live(_ life: Life) async {
        do {
            let isAdopted = try await SimulatedRecords.open(self, life)
            var decisions = variant.decisions
            if isTraced {
                let next = decisions.next
                decisions.next = { machine, now in
                    let action = next(machine, now)
                    say("      \(machine.record.id) does \(action)".prefix(200).description)
                    return action
                }
            }
            let composition = try await Composition.make(
                configuration, over: boundaries(of: life), instance: Self.instance, isAmnesiac: !isAdopted,
                decisions: decisions, deciding: variant.deciding,
                log: isTraced ? Log(sink: TraceSink(), threshold: .debug) : .silent)
            guard !life.isDead else { return }
            life.control = composition.control
            changed()
            for service in composition.services {
                let world = self
                life.tasks.append(
                    Task {
                        do { try await service.run(until: life.stop) } catch {
                            // A service that ends with an error ends the daemon, as its group has it.
                            world.crash(life, downFor: 1000)
                        }
                    })
            }
        } catch {
            trace { "life \(life.number) cannot start: \(error)" }
            crash(life, downFor: 1000)
        }
    }

    /// The daemon dies: nothing it asks for happens any more, and what it waits for never comes.
    func crash(_ life: Life, downFor: Int) {
        guard !life.isDead else { return }
        trace { "life \(life.number) dies" }
        life.isDead = true
        life.control = nil
        changed()
        life.stop.raise()
        for task in life.tasks { task.cancel() }
        life.tasks = []
        for listener in life.listeners { listener.close() }
        life.listeners = []
        guard running == nil, !isStartScheduled else { return }
        isStartScheduled = true
        machine.after(milliseconds: Double(downFor)) { [self] in
            isStartScheduled = false
            if running == nil { start() }
        }
    }

    static let instance = "0123456789ab"

    // From the first moment to the last

    /// Runs the script to its end and then until everything is as it should be; the first violation, if there is one.
    func run(_ script: Script) -> Violation? {
        faults = script.faults
        for entry in script.entries {
            machine.after(milliseconds: Double(entry.at)) { [self] in
                trace { "event: \(entry)" }
                steps += 1
                changed()
                happen(entry.event)
            }
        }
        machine.after(milliseconds: Double(script.end + 1)) { [self] in calm() }
        start()
        machine.run(
            until: { oracle.violation != nil || oracle.isSettled },
            onSpin: { oracle.fail("I-11", "something goes round and round without any time passing") })
        let violation = oracle.violation ?? (oracle.isSettled ? nil : oracle.unfinished() ?? oracle.openDelivery())
        end()
        return violation
    }

    /// Whatever was broken is mended, and nothing breaks any more.
    private func calm() {
        trace { "calm" }
        isCalm = true
        armed = []
        diskFullUntil = 0
        proxy.refusesUntil = 0
        engine.downUntil = 0
        for repository in repositories { repository.downUntil = 0 }
        oracle.calmBegan()
    }

    private func end() {
        for life in lives where !life.isDead {
            life.isDead = true
            life.control = nil
            life.stop.raise()
            for task in life.tasks { task.cancel() }
            for listener in life.listeners { listener.close() }
        }
        isStartScheduled = true
        // Until nothing is left; a broken variant may never come to that.
        let end = machine.elapsed + 600_000_000_000
        machine.run { machine.elapsed > end }
        lives = []
    }
}

/// Writes a line at once, so that it is seen even of a world that never ends.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

private struct TraceSink: Log.Sink {
    func write(_ record: Log.Record) {
        let fields = record.fields.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        say("\(SimulatedMachine.shared.elapsed / 1_000_000) ms     \(record.level.name): \(record.message) \(fields)")
    }
}
