import Glibc

/// The verbs: `--seeds FIRST-LAST` runs many schedules and shrinks the first that fails, `--seed N` one of them (`--trace`
/// prints everything that happens, `--twice` compares with a second run, `--shrink` looks for the shortest schedule that
/// still fails), with `--long` worlds in which more happens; `--mutants LIMIT` runs every broken variant until it is caught, `--named` the schedules that once failed.
/// `--jobs N` divides seeds or mutants among so many processes; `--mutant NAME` runs seeds with that broken variant.
enum Command {
    static func run(_ arguments: [String]) -> Int32 {
        ensureDeterministicHashing()
        var options = Options(arguments)
        guard options.problem == nil else {
            say("slipway-simulation: \(options.problem ?? "")")
            return 2
        }
        if options.jobs > 1 { return Runs.divided(options) }
        SimulatedMachine.shared.takeOver()
        switch options.mode {
        case .seeds(let range): return Runs.many(range, options)
        case .seed(let seed): return Runs.one(seed, &options)
        case .mutants(let limit): return Runs.mutants(limit, options)
        case .named: return Named.run()
        }
    }

    /// Dictionaries and sets of every run have the same order: the runtime reads this variable when it starts.
    private static func ensureDeterministicHashing() {
        let name = "SWIFT_DETERMINISTIC_HASHING"
        if let value = getenv(name), String(cString: value) == "1" { return }
        setenv(name, "1", 1)
        // Worlds come and go: memory that is given back to the kernel would be asked for again at once; mallopt(3).
        setenv("MALLOC_TRIM_THRESHOLD_", "\(256 << 20)", 1)
        // And what is given back is asked for again in the same sizes; "Memory Allocation Tunables" of the C library.
        setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=60000", 1)
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        execv("/proc/self/exe", &arguments)
    }
}
