/// Short schedules for what the simulation found broken once.
enum Named {
    struct Schedule {
        let name: String
        /// The worlds it is played in.
        var seeds: [UInt64] = Array(1...8)
        /// The extent of those worlds.
        var extent = Extent.long
        let entries: [Script.Entry]
    }

    /// Runs each of them in several worlds; how many failed.
    static func run() -> Int32 {
        var failed: Int32 = 0
        for schedule in all {
            for seed in schedule.seeds {
                let result = Runs.world(seed, .real, schedule.extent, script: Script(entries: schedule.entries))
                guard let violation = result.violation else { continue }
                failed += 1
                say("\(schedule.name), seed \(seed): \(violation)")
            }
        }
        say("\(all.count) named schedules, \(failed) failed")
        return failed == 0 ? 0 : 1
    }
}
