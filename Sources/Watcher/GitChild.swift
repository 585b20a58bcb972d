import Dispatch
import Git
import Glibc
import Lifecycle
import Model

/// What runs in a Git child: reads one request, answers it, and ends.
///
/// It ends at once when its standard input is closed: then the parent is dead, or no longer interested.
package enum GitChild {
    /// The request could not be read: sysexits.h, EX_DATAERR.
    private static let malformedRequest: Int32 = 65

    /// Does all the child does. The result is the exit status; call `_exit` with it, for threads may hang.
    package static func run() -> Int32 {
        // A remote that hangs up must be an error, not a death.
        signal(SIGPIPE, SIG_IGN)
        // A crash is an end, at once: Swift's own action looks through the memory of a process that holds a credential.
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { signal(number, SIG_DFL) }
        let pulse = Pulse()
        defer { pulse.stop() }
        guard let request = ChildInput.request() else { return malformedRequest }
        ChildInput.dieAtEndOfFile(scratch: request.scratch)
        Failpoint.pass("poll.child.started")
        ChildLimits.apply(request.bounds)
        do throws(GitError) {
            try Library.prepare()
            if let certificates = request.certificates { try Library.trust(certificates: certificates) }
            let endpoints = request.addresses.compactMap(\.endpoint)
            if !endpoints.isEmpty {
                try Library.connect(onlyTo: Set(endpoints), patience: .milliseconds(request.bounds.patience))
            }
        } catch {
            for (index, address) in request.addresses.enumerated() {
                write(GitAnswer.line(of: WatcherFailures.remote(error, address), index: index))
            }
            return 1
        }
        let access = RemoteAccess(request)
        switch request.operation {
        case .list(let addresses, let heads):
            ChildListing(addresses: addresses, heads: heads, access: access).run { write($0) }
        case .fetch(let address, let refs, let mirror):
            let limit = Duration.milliseconds(request.bounds.patience)
            let patience = StallWatch(limit: limit) {
                write(GitAnswer.line(of: WatcherFailures.stalled(address, after: limit), index: 0))
                _exit(1)
            }
            do throws(StageFailure) {
                try ChildFetch(address: address, refs: refs, mirror: mirror, access: access, patience: patience).run()
                write(GitAnswer.fetched)
            } catch {
                write(GitAnswer.line(of: error, index: 0))
            }
        }
        return 0
    }

    private static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
