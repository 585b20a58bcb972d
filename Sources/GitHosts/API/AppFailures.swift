import HTTPClient
import Model

extension StageFailure {
    /// GitHub refused something to an app itself.
    static func appRefused(
        _ repository: HostRepository, _ call: HostCall, _ response: HTTPResponse, message: String, now: Int64
    ) -> Self {
        let words = message.isEmpty ? "" : ": \(message)"
        let subject = "cannot \(call.purpose) of \(repository.fullName): \(repository.kind.title)"
        switch response.status {
        case 401:
            let skew = ClockSkew.words(date: response.header("Date"), now: now)
            return Self(
                reason: .hostUnauthorised, verdict: .retry(after: .seconds(300)),
                message: skew.map { "\($0), so it takes no signature of the app (401)\(words)" }
                    ?? "\(subject) does not know the app's signature (401)\(words)",
                hint: skew == nil
                    ? "see that app.id and app.private_key belong to the same app, and that the key was not revoked"
                    : "set the clock, and keep it right: timedatectl set-ntp true")
        case 404:
            return Self(
                reason: .hostUnauthorised, verdict: .retry(after: .seconds(300)),
                message: "\(subject) knows no such installation (404)\(words)",
                hint: "install the app on \(repository.fullName), or mend app.installation")
        default:
            return hostRefused(repository, call, response, message: message)
        }
    }
}
