import CLinux

/// What a process can ask for about itself.
package enum OwnProcess {
    /// Forbids everybody but root to look into this process, and dumps of its memory: prctl(2), PR_SET_DUMPABLE.
    package static func forbidInspection() { _ = prctl(slipway_pr_set_dumpable(), 0, 0, 0, 0) }
}
