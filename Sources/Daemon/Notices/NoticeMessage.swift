import Config
import GitHosts
import HTTPClient
import Model

/// What is sent for one notice: pure.
enum NoticeMessage {
    /// Headers and body of a webhook; nil when its secret is no key.
    static func webhook(
        _ notice: Notice, secret: Secret<String>, at now: Timestamp
    ) -> (headers: [HTTPHeader], body: [UInt8])? {
        let body = body(notice).bytes
        let seconds = now.milliseconds / 1000
        guard let signature = StandardWebhooks.signature(of: body, id: notice.id, at: seconds, key: secret) else {
            return nil
        }
        let headers = [
            HTTPHeader("webhook-id", notice.id), HTTPHeader("webhook-timestamp", "\(seconds)"),
            HTTPHeader("webhook-signature", signature),
        ]
        return (headers, body)
    }

    /// The object that docs/CONFIGURATION.md describes.
    static func body(_ notice: Notice) -> JSONBody {
        .object([
            "type": .text("deployment.\(notice.outcome.rawValue)"), "time": .text("\(notice.endedAt)"),
            "project": .text(notice.environment.project.rawValue),
            "environment": .text(notice.environment.name.rawValue), "kind": .text(notice.kind.rawValue),
            "outcome": .text(notice.outcome.rawValue), "deployment": .number(Int(notice.deployment)),
            "ref": notice.ref.map { .text(printable($0.bytes)) }, "commit": .text(notice.commit.hex),
            "release": notice.release.map { .text($0.hex) }, "url": notice.url.map { .text($0) },
            "reason": .text(printable(notice.reason.utf8)),
        ])
    }

    /// The object that Slack takes, and whoever is compatible with it.
    static func slack(_ notice: Notice) -> [UInt8] {
        let words =
            switch notice.outcome {
            case .live: "is live"
            case .failed: "failed"
            case .superseded: "was superseded"
            case .cancelled: "was cancelled"
            }
        let ref = notice.ref.map { " of \(escaped($0.short))" } ?? ""
        var text = "*\(escaped("\(notice.environment)"))*: \(notice.commit.short)\(ref) \(words)"
        if notice.outcome == .failed { text += ": \(escaped(notice.reason))" }
        if notice.outcome == .live, let url = notice.url { text += "\n\(escaped(url))" }
        return JSONBody.object(["text": .text(text)]).bytes
    }

    /// The three characters that mean something else to Slack: api.slack.com/reference/surfaces/formatting.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in printable(text.utf8) {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
        return result
    }
}
