/// Finds a shorter script that breaks the same invariant in the same way.
enum Shrinker {
    /// Leaves out parts of the script, halves first and single entries last, for as long as it still fails.
    static func shrink(_ seed: UInt64, _ variant: Variant, isTraced: Bool = false) {
        let projects = World(seed: seed, variant: variant).repositories.count
        var entries = Script.random(seed: seed, projects: projects).entries
        guard let wanted = violation(seed, variant, entries)?.kind else { return }
        var size = entries.count / 2
        while size > 0 {
            var start = 0
            while start < entries.count {
                var shorter = entries
                shorter.removeSubrange(start..<min(start + size, entries.count))
                if violation(seed, variant, shorter)?.kind == wanted { entries = shorter } else { start += size }
            }
            size /= 2
        }
        say("the shortest schedule of seed \(seed) that still fails in this way:")
        for entry in entries { say("  \(entry)") }
        let result = Runs.world(seed, variant, script: Script(entries: entries), isTraced: isTraced)
        if let violation = result.violation { say("  => \(violation)") }
    }

    private static func violation(_ seed: UInt64, _ variant: Variant, _ entries: [Script.Entry]) -> Violation? {
        Runs.world(seed, variant, script: Script(entries: entries)).violation
    }
}
