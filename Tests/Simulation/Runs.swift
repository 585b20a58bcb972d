import Glibc

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
        _ seed: UInt64, _ variant: Variant = .real, _ extent: Extent = .brief, script: Script? = nil,
        isTraced: Bool = false
    ) -> Result {
        let world = World(seed: seed, variant: variant, extent: extent)
        world.isTraced = isTraced
        let script = script ?? Script.random(seed: seed, projects: world.repositories.count, extent: extent)
        let violation = world.run(script)
        return Result(
            violation: violation, trace: world.machine.trace, steps: world.steps, faults: world.faults,
            settling: world.oracle.settling, jobs: world.machine.jobs)
    }

    static func many(_ seeds: ClosedRange<UInt64>, _ options: Options) -> Int32 {
        let began = processorSeconds()
        var failed = 0
        var steps = 0
        var least = Int.max
        var leastFaults = Int.max
        var jobs = 0
        var longest: Int64 = 0
        for seed in seeds {
            let result = world(seed, options.variant, options.extent)
            steps += result.steps
            least = min(least, result.steps)
            leastFaults = min(leastFaults, result.faults)
            longest = max(longest, result.settling)
            jobs += result.jobs
            guard let violation = result.violation else { continue }
            failed += 1
            say("seed \(seed): \(violation)")
            if failed == 1 { Shrinker.shrink(seed, options) }
        }
        let count = Double(seeds.count)
        say(
            """
            seeds \(seeds.lowerBound)-\(seeds.upperBound): \(seeds.count) schedules, \(failed) failed; \
            \(Int(count / (processorSeconds() - began))) for each second of one core; \
            \(steps / seeds.count) steps each (least \(least)), faults at least \(leastFaults), \
            \(jobs / seeds.count) jobs each; longest settling \(longest) ms
            """)
        if least < leastSteps || leastFaults < Self.leastFaults { say("too little happened in one of them") }
        return failed == 0 && least >= leastSteps && leastFaults >= Self.leastFaults ? 0 : 1
    }

    /// How much happens in every schedule, at least.
    static let leastSteps = 200
    private static let leastFaults = 10

    /// The time that this process has had a processor for: what others do beside it does not count.
    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Divides the work among processes of this program.
    static func divided(_ options: Options) -> Int32 {
        let began = ContinuousClock.now
        let extent = options.extent == .long ? ["--long"] : []
        switch options.mode {
        case .seeds(let seeds):
            let shares = Workers.shares(of: seeds, jobs: options.jobs)
            let result = Workers.run(shares.map { ["--seeds", "\($0.lowerBound)-\($0.upperBound)"] + extent })
            say("\(seeds.count) schedules in \((ContinuousClock.now - began).components.seconds) s")
            return result
        case .mutants(let limit):
            return Workers.run(
                (0..<options.jobs).map { ["--mutants", "\(limit)", "--part", "\($0)/\(options.jobs)"] + extent })
        case .seed, .named:
            say("slipway-simulation: --jobs goes with --seeds or --mutants")
            return 2
        }
    }

    /// Runs every mutant until it is caught, and prints by what.
    static func mutants(_ limit: UInt64, _ options: Options) -> Int32 {
        var escaped = 0
        for (index, mutant) in Mutants.all.enumerated() where index % options.part.of == options.part.index {
            var caught: (seed: UInt64, violation: Violation)?
            for seed in 1...limit {
                guard let violation = world(seed, mutant, options.extent).violation else { continue }
                caught = (seed, violation)
                break
            }
            if let caught {
                say("\(mutant.name) | \(caught.violation.invariant) | seed \(caught.seed)")
            } else {
                escaped += 1
                say("\(mutant.name) | NOT CAUGHT within \(limit) seeds")
            }
        }
        return escaped == 0 ? 0 : 1
    }

    static func one(_ seed: UInt64, _ options: inout Options) -> Int32 {
        let result = world(seed, options.variant, options.extent, isTraced: options.isTraced && !options.isShrunk)
        if options.isTwice {
            let again = world(seed, options.variant, options.extent)
            guard again.trace == result.trace, again.steps == result.steps else {
                say("seed \(seed) is not the same a second time: trace \(result.trace), then \(again.trace)")
                return 1
            }
        }
        if options.isShrunk, result.violation != nil {
            Shrinker.shrink(seed, options)
        }
        say("seed \(seed): \(result.violation.map { "\($0)" } ?? "as it should be"), trace \(result.trace)")
        return result.violation == nil ? 0 : 1
    }
}
