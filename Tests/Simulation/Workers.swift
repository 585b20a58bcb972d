import Glibc

/// Several processes of this very program side by side, each with its share of the work.
enum Workers {
    /// Runs the program once for each list of arguments; 0 when all of them end well.
    static func run(_ shares: [[String]]) -> Int32 {
        let children = shares.map { share in
            var arguments: [UnsafeMutablePointer<CChar>?] = (["slipway-simulation"] + share).map { strdup($0) }
            arguments.append(nil)
            defer { for argument in arguments { free(argument) } }
            var child: pid_t = 0
            guard posix_spawn(&child, "/proc/self/exe", nil, nil, &arguments, environ) == 0 else {
                preconditionFailure("this program can be started once more")
            }
            return child
        }
        var result: Int32 = 0
        for child in children {
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            // Zero alone is a good end: anything else is a status or a signal.
            if status != 0 { result = 1 }
        }
        return result
    }

    /// Ranges of about the same length that make up the whole.
    static func shares(of range: ClosedRange<UInt64>, jobs: Int) -> [ClosedRange<UInt64>] {
        let count = UInt64(min(jobs, range.count))
        let length = UInt64(range.count)
        return (0..<count).map { part in
            (range.lowerBound + length * part / count)...(range.lowerBound + length * (part + 1) / count - 1)
        }
    }
}
