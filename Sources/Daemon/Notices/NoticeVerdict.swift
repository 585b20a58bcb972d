import Model

/// What an attempt to send a notice came to.
enum NoticeAnswer: Sendable, Hashable {
    /// The receiver answered with that status.
    case status(Int, retryAfter: Duration? = nil)
    /// There was no answer, and why.
    case unreachable(String)
    /// It must not be sent there, or cannot be made, until somebody changes the configuration.
    case impossible(String)
}

/// What follows from an attempt to send a notice: pure.
enum NoticeVerdict {
    /// How often a notice is sent at most.
    static let attemptLimit = 5
    /// The pauses between attempts.
    private static let pauses: [Duration] = [.seconds(10), .seconds(60), .seconds(600), .seconds(3600)]
    /// The longest pause that a receiver can order: no notice is sent for more than a day.
    private static let longest = Duration.seconds(6 * 3600)

    /// The notice after an attempt.
    ///
    /// - Parameter random: from 0 up to 1.
    static func after(_ answer: NoticeAnswer, _ notice: Notice, at now: Timestamp, random: Double) -> Notice {
        var next = notice
        next.attempts += 1
        next.attemptedAt = now
        next.dueAt = nil
        var pause = pauses[min(next.attempts, pauses.count) - 1] * (0.9 + 0.2 * random)
        switch answer {
        case .status(200...299, _):
            next.state = .delivered
            next.answer = nil
            return next
        case .status(let status, let ordered):
            next.answer = words(status)
            guard status >= 500 || status == 408 || status == 429 else {
                next.state = .failed
                return next
            }
            if let ordered { pause = max(pause, min(ordered, longest)) }
        case .unreachable(let reason): next.answer = reason
        case .impossible(let reason):
            next.answer = reason
            next.state = .failed
            return next
        }
        guard next.attempts < attemptLimit else {
            next.state = .failed
            return next
        }
        next.dueAt = now.advanced(by: pause)
        return next
    }

    private static func words(_ status: Int) -> String {
        switch status {
        case 300...399: "answered \(status): a redirect, which is not followed; write the address it leads to"
        case 410: "answered 410: it is gone for good"
        default: "answered \(status)"
        }
    }
}
