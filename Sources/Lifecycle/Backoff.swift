/// Growing pauses between attempts: a first pause that doubles up to a limit, with jitter.
package struct Backoff: Sendable, Hashable {
    /// The pause after the first failure.
    package let first: Duration
    /// The longest pause.
    package let limit: Duration
    /// By which share a pause may be shorter or longer; 0.1 is ten per cent.
    package let jitter: Double

    /// Pauses as given.
    package init(first: Duration, limit: Duration, jitter: Double) {
        self.first = first
        self.limit = limit
        self.jitter = jitter
    }

    /// DESIGN section 7: 1 s doubling to 5 min with jitter.
    package static let standard = Self(first: .seconds(1), limit: .seconds(300), jitter: 0.1)

    /// The pause after that many failures in a row.
    ///
    /// - Parameter random: from 0 up to 1; handed in so that deciding stays pure.
    package func pause(afterFailures failures: Int, random: Double) -> Duration {
        var pause = first
        var doublings = max(0, failures - 1)
        while doublings > 0, pause < limit {
            pause = pause * 2
            doublings -= 1
        }
        return jittered(min(pause, limit), random: random)
    }

    /// A duration, shorter or longer by at most the jitter.
    package func jittered(_ duration: Duration, random: Double) -> Duration {
        duration * (1 + jitter * (2 * random - 1))
    }
}
