import HTTPClient
import Model

extension StageFailure {
    /// Whether the host does not know the credential at all, rather than not allowing it something.
    package var isUnknownCredential: Bool { reason == .hostUnauthorised && message.contains(Self.unknownCredential) }

    private static let unknownCredential = "does not know the credential (401)"

    /// The host did not answer at all.
    static func hostUnreachable(_ repository: HostRepository, _ call: HostCall, _ error: HTTPClientError) -> Self {
        if error.isCancelled { return .cancelled }
        return Self(
            reason: .hostUnreachable, verdict: .retry(after: nil),
            message: "cannot \(call.purpose) of \(repository.fullName): "
                + "\(repository.kind.title) does not answer at \(repository.api): \(error.message)",
            hint: "nothing waits for it; it is tried again")
    }

    /// The host asked to be left alone.
    static func hostRests(_ repository: HostRepository, _ call: HostCall, for rest: Duration) -> Self {
        Self(
            reason: .hostRests, verdict: .retry(after: rest),
            message: "cannot \(call.purpose) of \(repository.fullName) yet: \(repository.kind.title) allows no more "
                + "calls for \(rest.components.seconds) s",
            hint: "a credential of its own for Slipway has limits of its own")
    }

    /// The answer makes no sense.
    static func hostAnswered(_ repository: HostRepository, _ call: HostCall, _ what: String) -> Self {
        Self(
            reason: .hostRefused, verdict: .retry(after: nil),
            message: "cannot \(call.purpose) of \(repository.fullName): "
                + "\(repository.kind.title) at \(repository.api) answered \(what)",
            hint: nil)
    }

    /// The answer is a refusal.
    static func hostRefused(
        _ repository: HostRepository, _ call: HostCall, _ response: HTTPResponse, message: String
    ) -> Self {
        let subject = "cannot \(call.purpose) of \(repository.fullName): \(repository.kind.title)"
        let words = message.isEmpty ? "" : ": \(message)"
        let rest = HostLimits.rest(after: response, message: message, now: 0) != .none
        switch response.status {
        case 401:
            return Self(
                reason: .hostUnauthorised, verdict: .retry(after: .seconds(300)),
                message: "\(subject) \(unknownCredential)\(words)",
                hint: "put a valid token into the file that the project's credential names; it is read at the next try")
        case 403 where !rest:
            return Self(
                reason: .hostUnauthorised, verdict: .retry(after: .seconds(300)),
                message: "\(subject) does not allow it (403)\(words)",
                hint: "give the token the permission “\(call.permission)”")
        case 403, 429:
            return Self(
                reason: .hostRests, verdict: .retry(after: nil),
                message: "\(subject) allows no more calls for now (\(response.status))\(words)", hint: nil)
        case 404:
            return Self(
                reason: .hostHasNot, verdict: .retry(after: .seconds(300)),
                message: "\(subject) knows no such thing (404)\(words)",
                hint: "a token that may not see \(repository.fullName) gets this answer as well: "
                    + "it needs “\(call.permission)”")
        case 500...:
            return Self(
                reason: .hostUnreachable, verdict: .retry(after: nil),
                message: "\(subject) has a problem of its own (\(response.status))\(words)", hint: nil)
        default:
            return Self(
                reason: .hostRefused, verdict: .stall, message: "\(subject) refuses it (\(response.status))\(words)",
                hint: nil)
        }
    }
}
