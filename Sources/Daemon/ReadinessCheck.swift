import Lifecycle
import Model

/// Asks one part of the daemon how it stands, in bounded time.
///
/// A part that does not answer is not ready, and is not asked again before it has answered: whoever asks `/readyz`
/// gets an answer in time, and questions do not pile up.
actor ReadinessCheck {
    /// Which part.
    nonisolated let part: Readiness.Part
    private let problem: @Sendable () async -> String?
    private let limit: Duration
    private let answered = Broadcast()
    private var question: BackgroundWork?
    private var askedAt: ContinuousClock.Instant?
    private var answer: String?

    /// How long a part may take to say how it stands.
    private static let limit = Duration.seconds(2)

    /// A check that asks nothing yet.
    ///
    /// - Parameter problem: what is wrong, in words without secrets; nil when nothing is.
    init(
        _ part: Readiness.Part, limit: Duration = ReadinessCheck.limit,
        _ problem: @escaping @Sendable () async -> String?
    ) {
        self.part = part
        self.limit = limit
        self.problem = problem
    }

    /// How it stands now.
    func finding() async -> Readiness.Finding {
        let deadline = Deadline.after(limit)
        if question == nil {
            askedAt = SteadyClock.now
            question = BackgroundWork { [problem] in await self.take(await problem()) }
        }
        while question != nil, !deadline.hasPassed, !Task.isCancelled {
            await answered.wait(after: answered.generation, until: deadline)
        }
        guard let askedAt else { return .init(part, problem: answer) }
        let seconds = (SteadyClock.now - askedAt).components.seconds
        return .init(part, problem: "it was asked how it stands, and has not answered for \(seconds) s")
    }

    private func take(_ answer: String?) {
        self.answer = answer
        question = nil
        askedAt = nil
        answered.notify()
    }
}

extension [ReadinessCheck] {
    /// How every part stands; asked side by side.
    func readiness() async -> Readiness {
        let findings = await withTaskGroup(of: (Int, Readiness.Finding).self) { group in
            for (index, check) in enumerated() { group.addTask { (index, await check.finding()) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        return Readiness(findings.sorted { $0.0 < $1.0 }.map(\.1))
    }
}
