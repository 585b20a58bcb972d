package import Model

/// How much of the machine's memory is promised to whom: pure.
///
/// The sum of the limits of previews and builds stays below the machine's memory less a reserve for staging and
/// production, which never wait for memory.
package struct MemoryBudget: Sendable, Hashable {
    /// The machine's memory; nil: not known yet, and then nothing waits.
    package var totalBytes: Int64?
    /// What is kept for staging and production; nil: a quarter of the machine.
    package let configuredReserve: Int64?
    /// What a build may use.
    package let buildBytes: Int64
    /// How many builds run at once.
    package let buildLimit: Int64

    private var protected: [EnvironmentID: Int64] = [:]
    private var previews: [EnvironmentID: Int64] = [:]
    private var builds: Int64 = 0

    /// A budget that has promised nothing.
    package init(totalBytes: Int64? = nil, reserve: Int64?, buildBytes: Int64, buildLimit: Int) {
        self.totalBytes = totalBytes
        configuredReserve = reserve
        self.buildBytes = buildBytes
        self.buildLimit = Int64(buildLimit)
    }

    /// Why something has to wait.
    package struct Shortage: Sendable, Hashable {
        /// What it needs, in bytes.
        package let needed: Int64
        /// What there is for previews, or for previews and builds.
        package let room: Int64
        /// What of it is promised.
        package let promised: Int64
    }

    /// What previews and builds may have together.
    private func room(of total: Int64) -> Int64 {
        let reserve = max(configuredReserve ?? total / 4, protected.values.reduce(0, +))
        return max(0, total - reserve)
    }

    /// What previews leave to builds, so that they never keep all builds waiting for ever: half at most.
    private func share(ofBuilds room: Int64) -> Int64 { min(buildBytes * buildLimit, room / 2) }

    private var promisedToPreviews: Int64 { previews.values.reduce(0, +) }

    /// An environment is to have this much; nil when it may, and then it has it.
    ///
    /// Only a preview waits. One that needs no more than it has never does: its next version must not wait for others.
    package mutating func claim(_ bytes: Int64, for id: EnvironmentID, kind: EnvironmentKind) -> Shortage? {
        guard kind == .preview else {
            previews[id] = nil
            protected[id] = bytes
            return nil
        }
        let had = previews[id]
        if let total = totalBytes, had.map({ bytes > $0 }) ?? true {
            let all = room(of: total)
            let room = all - share(ofBuilds: all)
            let others = promisedToPreviews - (had ?? 0)
            guard others + bytes <= room else { return Shortage(needed: bytes, room: room, promised: others) }
        }
        previews[id] = bytes
        return nil
    }

    /// Whether a build runs.
    package var isBuilding: Bool { builds > 0 }

    /// What an environment has; nil: nothing.
    package func promised(to id: EnvironmentID) -> Int64? { previews[id] ?? protected[id] }

    /// An environment has exactly this, because it runs; nil: nothing, because it does not.
    package mutating func settle(_ bytes: Int64?, for id: EnvironmentID, kind: EnvironmentKind) {
        previews[id] = kind == .preview ? bytes : nil
        protected[id] = kind == .preview ? nil : bytes
    }

    /// A build is to begin; nil when it may. One always may, and one for anything but a preview.
    package mutating func beginBuild(for kind: EnvironmentKind) -> Shortage? {
        if kind == .preview, builds > 0, let total = totalBytes {
            let room = room(of: total)
            let promised = promisedToPreviews + builds * buildBytes
            guard promised + buildBytes <= room else {
                return Shortage(needed: buildBytes, room: room, promised: promised)
            }
        }
        builds += 1
        return nil
    }

    /// A build has ended.
    package mutating func endBuild() { builds = max(0, builds - 1) }
}
