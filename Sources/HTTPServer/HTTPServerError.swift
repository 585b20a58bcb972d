import Glibc

/// Why a listener could not be opened or a server not be started.
package struct HTTPServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system's error number; 0 when the library gives none.
    package let code: Int32
    /// The function that failed.
    package let call: String
    /// What it was about, and the system's words.
    package let message: String

    /// An error as given.
    package init(code: Int32, call: String, message: String) {
        self.code = code
        self.call = call
        self.message = message
    }

    /// The failure of a system call that has just set `errno`.
    static func system(_ call: String, _ subject: String) -> Self {
        let code = errno
        return Self(code: code, call: call, message: "\(subject): \(String(cString: strerror(code)))")
    }

    package var description: String { "\(call): \(message)" }
}
