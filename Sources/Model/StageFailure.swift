/// Why a stage could not do what was asked, in the user's terms, and what happens next.
///
/// The one error of all stages. Whoever ends its travel logs it once.
package struct StageFailure: Error, Sendable, Hashable {
    /// What kind of thing went wrong; stable, for scripts and metrics.
    package let reason: Reason
    /// What happens next.
    package let verdict: Verdict
    /// What went wrong, in terms of the user's thing: "branch 'main' of project 'shop' …".
    package let message: String
    /// What the user can do about it.
    package let hint: String?
    /// The last lines of output that show the cause, oldest first.
    package let output: [String]

    /// What happens after a failure.
    package enum Verdict: Hashable, Sendable {
        /// Tried again by itself, not before this much time has passed (nil: the usual back-off).
        case retry(after: Duration?)
        /// Not tried again until something changes: a new commit, a mended configuration.
        case stall
        /// Given up on purpose: cancelled or superseded.
        case cancelled
    }

    /// The kinds of failure.
    package enum Reason: String, Hashable, Sendable, Codable, CaseIterable {
        /// The Git remote cannot be reached.
        case remoteUnreachable
        /// The Git remote refused the credential.
        case remoteUnauthorised
        /// The Git remote says there is no such repository.
        case remoteNotFound
        /// The Git remote answered something that is not Git, or broke off.
        case remoteBroken
        /// The commit is not in the repository any more.
        case commitGone
        /// The manifest cannot be used.
        case manifestInvalid
        /// The build context cannot be sent: a file too large, a submodule, a pointer to large files.
        case contextRefused
        /// The image could not be built.
        case buildFailed
        /// A deadline passed.
        case timedOut
        /// The container ended before it was healthy.
        case containerExited
        /// The container never became healthy.
        case unhealthy
        /// The container engine cannot be reached.
        case engineUnavailable
        /// The container engine refused a request.
        case engineRefused
        /// The proxy cannot be reached or refused a route.
        case proxyUnavailable
        /// No port or subnet is free.
        case exhausted
        /// Not enough space on the disk.
        case diskFull
        /// Not enough memory is left for it.
        case memoryShort
        /// An image that a release names is gone.
        case imageLost
        /// The Git host's API cannot be reached.
        case hostUnreachable
        /// The Git host's API refused the credential, or what it wants to do.
        case hostUnauthorised
        /// The Git host has no such repository, pull request or comment.
        case hostHasNot
        /// The Git host allows no more calls for now.
        case hostRests
        /// The Git host's API refused a call, or answered nonsense.
        case hostRefused
        /// The daemon crashed over it several times, and leaves it alone until a person releases it.
        case setAside
        /// Given up on purpose.
        case cancelled
        /// Anything else: a defect or a broken machine.
        case other
    }

    /// Describes a failure.
    package init(
        reason: Reason, verdict: Verdict, message: String, hint: String? = nil, output: [String] = []
    ) {
        self.reason = reason
        self.verdict = verdict
        self.message = message
        self.hint = hint
        self.output = output
    }

    /// What a test has fail: as a part that does not work just now, or as a full disk.
    package static func injected(isDiskFull: Bool) -> Self {
        Self(reason: isDiskFull ? .diskFull : .other, verdict: .retry(after: nil), message: "it fails on purpose")
    }

    /// The failure of work that was given up on purpose.
    package static let cancelled = Self(reason: .cancelled, verdict: .cancelled, message: "cancelled")
}
