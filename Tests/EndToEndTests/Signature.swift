import Crypto
import HTTPClient

/// What a Git host signs deliveries with.
enum Signature {
    /// The digits of GitHub's `X-Hub-Signature-256`.
    static func sha256(secret: String, body: [UInt8]) -> String {
        Hexadecimal.text(of: HMAC.sha256(key: Array(secret.utf8), message: body))
    }

    /// The header that proves a delivery of that host to be authentic.
    static func header(of host: String, secret: String, body: [UInt8]) -> HTTPHeader {
        let digits = sha256(secret: secret, body: body)
        return switch host {
        case "gitlab": HTTPHeader("X-Gitlab-Token", secret)
        case "gitea": HTTPHeader("X-Gitea-Signature", digits)
        case "forgejo": HTTPHeader("X-Forgejo-Signature", digits)
        case "bitbucket": HTTPHeader("X-Hub-Signature", "sha256=" + digits)
        default: HTTPHeader("X-Hub-Signature-256", "sha256=" + digits)
        }
    }
}
