/// Finds a shorter script that breaks the same invariant in the same way.
enum Shrinker {
    /// Leaves out parts of the script, halves first and single entries last, for as long as it still fails.
    static func shrink(_ seed: UInt64, _ options: Options) {
        let projects = World(seed: seed, variant: options.variant, extent: options.extent).repositories.count
        var entries = Script.random(seed: seed, projects: projects, extent: options.extent).entries
        guard let wanted = violation(seed, options, entries)?.kind else { return }
        var size = entries.count / 2
        while size > 0 {
            var start = 0
            while start < entries.count {
                var shorter = entries
                shorter.removeSubrange(start..<min(start + size, entries.count))
                if violation(seed, options, shorter)?.kind == wanted { entries = shorter } else { start += size }
            }
            size /= 2
        }
        say("the shortest schedule of seed \(seed) that still fails in this way:")
        for entry in entries { say("  \(entry)") }
        let result = Runs.world(
            seed, options.variant, options.extent, script: Script(entries: entries), isTraced: options.isTraced)
        if let violation = result.violation { say("  => \(violation)") }
    }

    private static func violation(_ seed: UInt64, _ options: Options, _ entries: [Script.Entry]) -> Violation? {
        Runs.world(seed, options.variant, options.extent, script: Script(entries: entries)).violation
    }
}
