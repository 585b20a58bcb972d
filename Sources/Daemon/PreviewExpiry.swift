package import Model

/// Decides which previews have expired: pure.
///
/// One is given up only when it was found expired twice, and the repository was listed in between without a push to
/// it having been seen. While the repository cannot be listed, nothing expires.
package struct PreviewExpiry: Sendable {
    /// A preview, and how long it may still be left alone; nil: for ever.
    package struct Preview: Sendable, Hashable {
        package let name: EnvironmentName
        package let remaining: Duration?

        /// A preview as given.
        package init(name: EnvironmentName, remaining: Duration?) {
            self.name = name
            self.remaining = remaining
        }
    }

    /// What follows from a look.
    package struct Finding: Sendable, Hashable {
        /// The previews that have expired, in the order they were given.
        package var due: [EnvironmentName] = []
        /// The repository must be looked at before more can be said.
        package var mustLook = false

        /// Nothing follows.
        package init() {}
    }

    /// What was found expired before, with how many listings there had been.
    private var suspects: [EnvironmentName: Int64] = [:]

    /// Nothing has been looked at yet.
    package init() {}

    /// Looks at the previews again.
    ///
    /// - Parameter listings: how many complete listings of the repository were taken in.
    package mutating func look(at previews: [Preview], listings: Int64) -> Finding {
        var finding = Finding()
        var suspects: [EnvironmentName: Int64] = [:]
        for preview in previews where preview.remaining == .zero {
            let seen = self.suspects[preview.name]
            suspects[preview.name] = seen ?? listings
            guard let seen, listings > seen else {
                finding.mustLook = true
                continue
            }
            finding.due.append(preview.name)
        }
        self.suspects = suspects
        return finding
    }

    /// The time between two looks, so that an expiry is noticed within an eighth of itself.
    package static func pause(shortest: Duration?) -> Duration {
        min(max((shortest ?? longestPause * 8) / 8, shortestPause), longestPause)
    }

    private static let shortestPause = Duration.milliseconds(250)
    private static let longestPause = Duration.seconds(10)

    /// How much of the time between two looks counts: a machine that slept for a week has not watched for a week.
    package static func counted(_ elapsed: Duration, pause: Duration) -> Duration {
        min(max(.zero, elapsed), pause * 2)
    }
}
