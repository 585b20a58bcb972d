import Glibc

/// Why a process could not be started, or did not run to its own end.
package struct SpawnError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The `errno` of the call; `ETIMEDOUT`, `ETIME` and `ECANCELED` when we ended the process.
    package let code: Int32
    /// The C function.
    package let call: String
    /// What went wrong, in the system's words.
    package let message: String

    /// An error as given.
    package init(code: Int32, call: String, message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    /// Whether the process was killed because its deadline had passed.
    package var isTimeout: Bool { code == ETIMEDOUT }

    /// Whether the process was killed because it gave no sign of life.
    package var isSilence: Bool { code == ETIME }

    /// Whether the process was killed because it was no longer wanted.
    package var isCancelled: Bool { code == ECANCELED }

    package var description: String { "\(call): \(message)" }

    /// An error from a call that returned this `errno`.
    static func failed(_ call: String, _ code: Int32 = errno, of subject: String? = nil) -> Self {
        let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return Self(code: code, call: call, message: subject.map { "\($0): \(words)" } ?? words)
    }
}
