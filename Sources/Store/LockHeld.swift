package import Model

/// Why a state directory cannot be had.
package enum StateLockError: Error, Sendable, Hashable {
    /// Another process has it.
    case held(LockHeld)
    /// The lock's file cannot be made or locked; the sentence says why.
    case unusable(String)
}

extension StateLockError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .held(let holder): holder.description
        case .unusable(let message): message
        }
    }
}

/// The process that has a state directory, as it described itself; nil for what is not known.
package struct LockHeld: Sendable, Hashable {
    /// What kind of thing is held.
    package var what = "the state directory"
    /// The state directory, or the database.
    package let directory: String
    /// The process's number.
    package let pid: Int32?
    /// When it took the directory.
    package let since: Timestamp?
    /// Its command line, safe to print.
    package let command: String?
}

extension LockHeld: CustomStringConvertible {
    /// `the state directory /var/lib/slipway is held by process 12 (slipway serve) since 2026-01-31T09:05:00.123Z`
    package var description: String {
        let holder = pid.map { "process \($0)" } ?? "another process"
        return "\(what) \(directory) is held by \(holder)"
            + (command.map { " (\($0))" } ?? "") + (since.map { " since \($0)" } ?? "")
    }
}

extension LockHeld {
    /// The lock file's lines for a process.
    static func text(pid: Int32, since: Timestamp, command: [String]) -> String {
        "pid: \(pid)\nsince: \(since)\ncommand: \(printable(command.joined(separator: " ").utf8))\n"
    }

    /// Reads the lock file's lines; what is missing or broken stays unknown.
    init(directory: String, text: String) {
        var fields: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = String(line[colon...].dropFirst(2))
        }
        self.init(
            directory: directory, pid: fields["pid"].flatMap { Int32($0) },
            since: fields["since"].flatMap { Timestamp($0) }, command: fields["command"])
    }
}
