/// Finds a shorter script that breaks the same invariant.
enum Shrinker {
    /// Leaves out parts of the script, halves first and single entries last, for as long as it still fails.
    static func shrink(_ seed: UInt64) {
        let projects = World(seed: seed, variant: .real).repositories.count
        var entries = Script.random(seed: seed, projects: projects).entries
        guard let invariant = violation(seed, entries)?.invariant else { return }
        var size = entries.count / 2
        while size > 0 {
            var start = 0
            while start < entries.count {
                var shorter = entries
                shorter.removeSubrange(start..<min(start + size, entries.count))
                if violation(seed, shorter)?.invariant == invariant { entries = shorter } else { start += size }
            }
            size /= 2
        }
        print("the shortest schedule of seed \(seed) that still breaks \(invariant):")
        for entry in entries { print("  \(entry)") }
        if let violation = violation(seed, entries) { print("  => \(violation)") }
    }

    private static func violation(_ seed: UInt64, _ entries: [Script.Entry]) -> Violation? {
        Runs.world(seed, script: Script(entries: entries)).violation
    }
}
