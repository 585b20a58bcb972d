import Glibc

/// The verbs: `--seeds FIRST-LAST` runs many schedules, `--seed N` one of them (`--trace` prints everything that happens,
/// `--twice` compares with a second run, `--shrink` looks for the shortest schedule that still fails), `--mutants LIMIT`
/// runs every broken variant until it is caught, `--named` the schedules that once failed.
enum Command {
    static func run(_ arguments: [String]) -> Int32 {
        ensureDeterministicHashing()
        SimulatedMachine.shared.takeOver()
        var options = Options(arguments)
        guard options.problem == nil else {
            print("slipway-simulation: \(options.problem ?? "")")
            return 2
        }
        switch options.mode {
        case .seeds(let range): return Runs.many(range, options)
        case .seed(let seed): return Runs.one(seed, &options)
        case .mutants(let limit): return Runs.mutants(limit)
        case .named: return Named.run()
        }
    }

    /// Dictionaries and sets of every run have the same order: the runtime reads this variable when it starts.
    private static func ensureDeterministicHashing() {
        let name = "SWIFT_DETERMINISTIC_HASHING"
        if let value = getenv(name), String(cString: value) == "1" { return }
        setenv(name, "1", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", &arguments)
    }
}

/// What the command line asks for.
struct Options {
    enum Mode {
        case seed(UInt64)
        case seeds(ClosedRange<UInt64>)
        case mutants(UInt64)
        case named
    }

    var mode = Mode.seeds(1...1000)
    var isTraced = false
    /// Whether the seed is run a second time, which must be the same in everything.
    var isTwice = false
    /// Whether the script of a failing seed is made as short as it can be.
    var isShrunk = false
    var problem: String?

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--trace": isTraced = true
            case "--twice": isTwice = true
            case "--named": mode = .named
            case "--shrink": isShrunk = true
            case "--mutants":
                guard let limit = rest.popFirst().flatMap({ UInt64($0) }) else {
                    refuse(word)
                    return
                }
                mode = .mutants(limit)
            case "--seed":
                guard let seed = rest.popFirst().flatMap({ UInt64($0) }) else {
                    refuse(word)
                    return
                }
                mode = .seed(seed)
            case "--seeds":
                let parts = (rest.popFirst() ?? "").split(separator: "-").compactMap { UInt64($0) }
                guard let first = parts.first, let last = parts.last, first <= last else {
                    refuse(word)
                    return
                }
                mode = .seeds(first...last)
            default:
                refuse(word)
                return
            }
        }
    }

    private mutating func refuse(_ word: String) { problem = "cannot use \(word)" }
}

/// Runs worlds.
enum Runs {
    /// What came of one world.
    struct Result {
        var violation: Violation?
        var trace: UInt64
        var steps: Int
        var faults: Int
        var settling: Int64
        var jobs: Int
    }

    static func world(
        _ seed: UInt64, _ variant: Variant = .real, script: Script? = nil, isTraced: Bool = false
    ) -> Result {
        let world = World(seed: seed, variant: variant)
        world.isTraced = isTraced
        let script = script ?? Script.random(seed: seed, projects: world.repositories.count)
        let violation = world.run(script)
        return Result(
            violation: violation, trace: world.machine.trace, steps: world.steps, faults: world.faults,
            settling: world.oracle.settling, jobs: world.machine.jobs)
    }

    static func many(_ seeds: ClosedRange<UInt64>, _ options: Options) -> Int32 {
        let began = ContinuousClock.now
        var failed = 0
        var steps = 0
        var least = Int.max
        var leastFaults = Int.max
        var jobs = 0
        var longest: Int64 = 0
        for seed in seeds {
            let result = world(seed)
            steps += result.steps
            least = min(least, result.steps)
            leastFaults = min(leastFaults, result.faults)
            longest = max(longest, result.settling)
            jobs += result.jobs
            if let violation = result.violation {
                failed += 1
                print("seed \(seed): \(violation)")
            }
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let count = Double(seeds.count)
        print(
            """
            \(seeds.count) schedules, \(failed) failed; \(Int(count / seconds)) a second; \
            \(steps / seeds.count) steps each (least \(least)), faults at least \(leastFaults), \
            \(jobs / seeds.count) jobs each; longest settling \(longest) ms
            """)
        return failed == 0 ? 0 : 1
    }

    /// Runs every mutant until it is caught, and prints by what.
    static func mutants(_ limit: UInt64) -> Int32 {
        var escaped = 0
        for mutant in Mutants.all {
            var caught: (seed: UInt64, violation: Violation)?
            for seed in 1...limit {
                guard let violation = world(seed, mutant).violation else { continue }
                caught = (seed, violation)
                break
            }
            if let caught {
                print("\(mutant.name) | \(caught.violation.invariant) | seed \(caught.seed)")
            } else {
                escaped += 1
                print("\(mutant.name) | NOT CAUGHT within \(limit) seeds")
            }
        }
        return escaped == 0 ? 0 : 1
    }

    static func one(_ seed: UInt64, _ options: inout Options) -> Int32 {
        let result = world(seed, isTraced: options.isTraced)
        if options.isTwice {
            let again = world(seed)
            guard again.trace == result.trace, again.steps == result.steps else {
                print("seed \(seed) is not the same a second time: trace \(result.trace), then \(again.trace)")
                return 1
            }
        }
        if options.isShrunk, result.violation != nil { Shrinker.shrink(seed) }
        print("seed \(seed): \(result.violation.map { "\($0)" } ?? "as it should be"), trace \(result.trace)")
        return result.violation == nil ? 0 : 1
    }
}
