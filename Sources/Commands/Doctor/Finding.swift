/// One line of `slipway doctor`: what was looked at, what was found, and what to do about it.
struct Finding: Sendable, Hashable, Codable {
    /// How it stands.
    enum Verdict: String, Sendable, Hashable, Codable {
        /// As it should be.
        case ok
        /// It works, but something will be missed one day.
        case warning
        /// It must be mended for Slipway to work.
        case failed
    }
    /// How it stands.
    let verdict: Verdict
    /// What was looked at: `engine`, `project shop`.
    let subject: String
    /// What was found.
    let message: String
    /// What to do; nil when nothing is to be done.
    let remedy: String?

    static func ok(_ subject: String, _ message: String) -> Self {
        Self(verdict: .ok, subject: subject, message: message, remedy: nil)
    }

    static func warning(_ subject: String, _ message: String, _ remedy: String?) -> Self {
        Self(verdict: .warning, subject: subject, message: message, remedy: remedy)
    }

    static func failed(_ subject: String, _ message: String, _ remedy: String?) -> Self {
        Self(verdict: .failed, subject: subject, message: message, remedy: remedy)
    }
}
