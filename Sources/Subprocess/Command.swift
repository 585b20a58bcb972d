/// A program to run, complete: nothing of our own environment is passed on.
package struct Command: Sendable, Hashable {
    /// The path of the program; never searched for.
    package var executable: String
    /// What follows the program's name.
    package var arguments: [String]
    /// Exactly the environment it gets.
    package var environment: [String: String]
    /// Where it runs; nil: where we do.
    package var workingDirectory: String?
    /// Whether its standard input stays open behind what was written to it, until it ends.
    ///
    /// So it can tell that we died: it reads the end of file.
    package var keepsInputOpen: Bool

    /// A command as given.
    package init(
        executable: String, arguments: [String] = [], environment: [String: String] = [:],
        workingDirectory: String? = nil, keepsInputOpen: Bool = false
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.keepsInputOpen = keepsInputOpen
    }
}

/// How a process ended.
package enum ExitStatus: Sendable, Hashable {
    /// By itself, with this status.
    case exited(Int32)
    /// By this signal.
    case signalled(Int32)

    /// Whether it ended by itself with status 0.
    package var isSuccess: Bool { self == .exited(0) }

    /// Takes waitpid(2)'s status apart: its macros do not import.
    init(waited status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
    }
}

/// What a process left behind.
package struct Completed: Sendable, Hashable {
    /// How it ended.
    package let status: ExitStatus
    /// The beginning of its standard output.
    package let output: [UInt8]
    /// The beginning of its standard error.
    package let errorOutput: [UInt8]
    /// Whether either output was longer than what was kept.
    package let isTruncated: Bool
}
