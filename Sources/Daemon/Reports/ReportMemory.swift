import Lifecycle
import Model

/// What the reporter of one project keeps in mind about its host: what it may not be told, or not yet. Pure.
struct ReportMemory: Sendable {
    /// How often the wording of something that is under way is changed.
    static let rewordingPause = Duration.seconds(10)
    /// How often one comment is changed.
    static let commentPause = Duration.seconds(3)
    /// How many refusals are kept in mind.
    private static let refusalLimit = 1000

    /// What the host will never take.
    private var refused: Set<ReportAct> = []
    /// The topics that rest, and until when.
    private var rests: [ReportAct.Topic: ContinuousClock.Instant] = [:]
    /// When something was told last.
    private var lastTold: [ReportAct.Subject: ContinuousClock.Instant] = [:]

    /// The act that comes next, or when there may be one; nil and nil: there is nothing to say.
    func next(
        of due: [ReportAct], now: ContinuousClock.Instant
    ) -> (act: ReportAct?, at: ContinuousClock.Instant?) {
        var later: ContinuousClock.Instant?
        var best: ReportAct?
        for act in due where !refused.contains(act.content) {
            var opening = rests[act.topic] ?? now
            if let told = lastTold[act.subject] {
                if act.isRewording { opening = max(opening, told + Self.rewordingPause) }
                if act.topic == .comments { opening = max(opening, told + Self.commentPause) }
            }
            if opening > now {
                later = min(later ?? opening, opening)
            } else if act.rank < best?.rank ?? .max {
                best = act
            }
        }
        return (best, best == nil ? later : nil)
    }

    /// Something was told.
    mutating func told(_ act: ReportAct, now: ContinuousClock.Instant) {
        rests[act.topic] = nil
        lastTold = lastTold.filter { now - $0.value < Self.rewordingPause }
        lastTold[act.subject] = now
    }

    /// The host will never take it.
    mutating func refuse(_ act: ReportAct) {
        if refused.count >= Self.refusalLimit { refused.removeAll() }
        refused.insert(act.content)
    }

    /// Nothing is told of these topics for a while.
    mutating func rest(_ topics: some Sequence<ReportAct.Topic>, until instant: ContinuousClock.Instant) {
        for topic in topics { rests[topic] = instant }
    }

    /// Everything may be told again.
    mutating func wake() { rests = [:] }
}
