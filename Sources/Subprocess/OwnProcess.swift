import CLinux

/// What a process can ask for about itself.
package enum OwnProcess {
    /// Forbids everybody but root to look into this process, and dumps of its memory: prctl(2), PR_SET_DUMPABLE.
    package static func forbidInspection() { _ = prctl(slipway_pr_set_dumpable(), 0, 0, 0, 0) }

    /// Has all threads share that many pools of free memory: mallopt(3), M_ARENA_MAX. To be called before there are more.
    ///
    /// Each pool keeps what was free in it once. glibc makes eight of them for each processor.
    package static func limitMemoryPools(to count: Int32) { _ = mallopt(slipway_m_arena_max(), count) }
}
