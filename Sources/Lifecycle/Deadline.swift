/// A moment on the monotonic clock by which something must have ended.
package struct Deadline: Sendable, Hashable, Comparable {
    /// The moment.
    package let instant: ContinuousClock.Instant

    /// The moment that much later than now.
    package static func after(_ duration: Duration) -> Self { Self(instant: SteadyClock.now + duration) }

    /// The moment as given.
    package init(instant: ContinuousClock.Instant) { self.instant = instant }

    /// What is left; zero when it has passed.
    package var remaining: Duration { max(.zero, instant - SteadyClock.now) }

    /// Whether it has passed.
    package var hasPassed: Bool { instant <= SteadyClock.now }

    package static func < (left: Self, right: Self) -> Bool { left.instant < right.instant }
}
