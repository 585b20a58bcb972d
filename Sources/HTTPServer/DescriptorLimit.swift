import Glibc

/// How many descriptors this process may have open.
package enum DescriptorLimit {
    /// Raises the soft limit to the hard one, which a process may do for itself, and returns what is allowed then.
    ///
    /// Children that need fewer set their own limit. See getrlimit(2).
    package static func raise() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(kind, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }
}
