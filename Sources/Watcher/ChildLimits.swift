import Glibc
import Subprocess

/// What a Git child takes from itself before it talks to a stranger.
enum ChildLimits {
    /// Room for what is mapped and never written: libraries, packs, stacks and arenas of threads.
    private static let mappingBytes = 16 << 30
    private static let descriptorLimit = 256

    /// Sets the limits; one that cannot be set is left as it is.
    static func apply(_ bounds: GitRequest.Bounds) {
        set(RLIMIT_DATA, bounds.memoryBytes)
        set(RLIMIT_AS, mappingBytes)
        // setrlimit(2): at the soft limit a signal that says so, at the hard one a kill that could be anybody's.
        set(RLIMIT_CPU, bounds.seconds, more: 1)
        set(RLIMIT_NOFILE, descriptorLimit)
        set(RLIMIT_CORE, 0)
        // This process holds a credential.
        OwnProcess.forbidInspection()
    }

    private static func set(_ resource: __rlimit_resource, _ value: Int, more: Int = 0) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, rlim_t(value))
        limit.rlim_max = min(limit.rlim_max, rlim_t(value + more))
        setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }
}
