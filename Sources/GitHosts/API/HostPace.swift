package import Lifecycle
package import Model
import Synchronization

/// How often a kind of host may be told something.
package struct PaceRule: Sendable, Hashable {
    /// The time between two writes.
    var spacing: Duration
    /// How many writes may come in a row, that much apart.
    var burst: Int
    /// How many more an hour has.
    var hourly: Int

    /// What a host of that kind bears.
    package static func usual(of kind: GitHostKind) -> PaceRule {
        switch kind {
        // docs.github.com, "Rate limits for the REST API" and "Best practices": one write after the other, a second
        // apart; at most 80 a minute and 500 an hour that create content.
        case .github: PaceRule(spacing: .seconds(1), burst: 60, hourly: 420)
        // About 1000 calls an hour, listing pull requests among them.
        case .bitbucket: PaceRule(spacing: .milliseconds(500), burst: 60, hourly: 600)
        // No limit unless an administrator sets one; it may be a small machine.
        case .gitlab, .gitea, .forgejo: PaceRule(spacing: .milliseconds(200), burst: 120, hourly: 3600)
        }
    }
}

/// When the next write may be sent: pure.
///
/// The generic cell rate algorithm (ITU-T I.371) with a least distance: each write moves the time at which the account is
/// empty again by its share of the hour; that time may be ahead by a burst.
struct PaceAccount: Sendable, Hashable {
    let rule: PaceRule
    private var emptyAt: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant?

    init(rule: PaceRule) { self.rule = rule }

    private var share: Duration { .seconds(3600) / rule.hourly }

    /// When the next write may be sent.
    func opening(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        let byShare = emptyAt.map { $0 - share * (rule.burst - 1) } ?? now
        let bySpacing = last.map { $0 + rule.spacing } ?? now
        return max(now, byShare, bySpacing)
    }

    /// Takes the next write's turn; returns when it may be sent.
    mutating func reserve(now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        let turn = opening(now: now)
        emptyAt = max(emptyAt ?? turn, turn) + share
        last = turn
        return turn
    }
}

/// The limits of one account of one host: shared by everything that calls it.
package final class HostPace: Sendable {
    private let state: Mutex<State>

    private struct State {
        var account: PaceAccount?
        /// When the host may be asked again.
        var restsUntil: Deadline?
        /// How often in a row the host asked for a rest without saying how long.
        var refusals = 0
    }

    /// Nothing was sent yet.
    ///
    /// - Parameter rule: nil: writes are not slowed down.
    package init(_ rule: PaceRule?) { state = Mutex(State(account: rule.map(PaceAccount.init))) }

    /// The bounds of rests that the host orders.
    private enum Limit {
        /// The longest rest.
        static let rest = Duration.seconds(3600)
        /// The first rest whose length is not said: docs.github.com, "Rate limits for the REST API".
        static let usual = Duration.seconds(60)
        /// How often it doubles.
        static let doublings = 6
    }

    /// How long the host still wants to be left alone; nil: it may be asked.
    var rest: Duration? {
        state.withLock { $0.restsUntil }.flatMap { $0.hasPassed ? nil : $0.remaining }
    }

    /// When the next write may be sent.
    package var opening: Deadline? {
        state.withLock { state in
            let turn = state.account.map { Deadline(instant: $0.opening(now: SteadyClock.now)) }
            return [turn, state.restsUntil].compactMap(\.self).max().flatMap { $0.hasPassed ? nil : $0 }
        }
    }

    /// Takes the next write's turn; returns when it may be sent.
    func reserve() -> Deadline? {
        state.withLock { state in
            (state.account?.reserve(now: SteadyClock.now)).map { Deadline(instant: $0) }
        }
    }

    /// The host wants to be left alone; nil: it did not say for how long.
    func rest(for duration: Duration?) {
        state.withLock { state in
            if duration == nil { state.refusals += 1 }
            let doubled = Limit.usual * (1 << min(max(0, state.refusals - 1), Limit.doublings))
            state.restsUntil = .after(min(duration ?? doubled, Limit.rest))
        }
    }

    /// The host did what it was asked.
    func succeeded() { state.withLock { $0.refusals = 0 } }
}
