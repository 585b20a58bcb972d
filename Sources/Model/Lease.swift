/// How long a preview has been left alone, as far as somebody has watched: the evidence by which it expires.
///
/// Grows only by what the monotonic clock measured between two looks, a bounded piece at a time. A wall clock that
/// jumps, a machine that was off and a daemon that did not run make a preview live longer, never shorter.
package struct Lease: Sendable, Hashable, Codable {
    /// The sequence number of the ref's last move: another one is a push, and begins anew.
    package var push: Int64
    /// How long no push has been seen, in milliseconds.
    package private(set) var idleMilliseconds: Int64
    /// What a person allowed instead of the policy's time, in milliseconds; until the next push.
    package private(set) var extensionMilliseconds: Int64?

    /// A lease that begins with a push.
    package init(push: Int64) {
        self.push = push
        idleMilliseconds = 0
    }

    /// More time has passed without a push.
    package mutating func watched(for duration: Duration) {
        idleMilliseconds += max(0, duration.wholeMilliseconds)
    }

    /// A person wants the preview for this long from now on.
    package mutating func extended(by duration: Duration) {
        idleMilliseconds = 0
        extensionMilliseconds = duration.wholeMilliseconds
    }

    /// How long it may still be left alone; never negative. Nil: for ever.
    package func remaining(of allowance: Duration?) -> Duration? {
        let allowed = extensionMilliseconds ?? allowance?.wholeMilliseconds
        return allowed.map { .milliseconds(max(0, $0 - idleMilliseconds)) }
    }
}

extension Duration {
    /// `7 d`, `36 h`, `90 s`: the largest unit that leaves no rest; what is below a second is left out.
    package var inWords: String {
        let seconds = components.seconds
        let units: [(seconds: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "min")]
        guard let unit = units.first(where: { seconds != 0 && seconds.isMultiple(of: $0.seconds) }) else {
            return "\(seconds) s"
        }
        return "\(seconds / unit.seconds) \(unit.name)"
    }
}
