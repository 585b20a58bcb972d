import GitHosts
import Model

/// What is known of one project's webhook.
struct WebhookFacts: Sendable {
    /// What the host says of the repository's hooks.
    enum Listing: Sendable {
        /// The host has not been asked yet.
        case pending
        /// There is nobody to ask, and why.
        case impossible(String)
        /// It did not say, and why.
        case failed(message: String, hint: String?, at: Timestamp)
        /// These.
        case found([HostHook], at: Timestamp)
    }

    /// A delivery that was refused.
    struct Refusal: Sendable, Hashable {
        /// When it came.
        let at: Timestamp
        /// Why it was refused.
        let reason: String
    }

    /// Whose webhook it is.
    let project: ProjectName
    /// What host the repository is on.
    var host: GitHostKind?
    /// Where the host should send; nil while `public_url` is not set.
    var url: String?
    /// Whether deliveries could be believed at all.
    var hasSecret = true
    /// What the host says.
    var listing = Listing.pending
    /// When the last authentic delivery came.
    var lastDeliveryAt: Timestamp?
    /// The last one that was refused, unless an authentic one came later.
    var refusal: Refusal?
    /// Since when Git has moved without a delivery.
    var silentSince: Timestamp?
}

/// How it stands with a webhook, by what is known: pure.
enum WebhookJudgement {
    /// How late a delivery may be: hosts hold them back when they have much to do.
    static let grace = Duration.seconds(300)

    /// The judgement.
    static func status(of facts: WebhookFacts, now: Timestamp) -> WebhookStatus {
        let finding = finding(facts, now)
        var status = WebhookStatus(
            project: facts.project, state: finding.state,
            summary: finding.state.rawValue + (finding.reason.map { " (\($0))" } ?? ""), url: facts.url,
            lastDeliveryAt: facts.lastDeliveryAt, silentSince: facts.silentSince, remedy: finding.remedy)
        if finding.state == .silent, let since = facts.silentSince {
            status.summary = "silent for \(text(now.since(since))) (\(finding.reason ?? ""))"
        }
        switch facts.listing {
        case .failed(_, _, let moment), .found(_, let moment): status.checkedAt = moment
        case .pending, .impossible: break
        }
        return status
    }

    /// The two lines that make a secret, for people to run.
    static func secretRemedy(_ project: ProjectName) -> String {
        let path = "/etc/slipway/secrets/\(project)-webhook"
        return """
            (umask 077; mkdir -p /etc/slipway/secrets; openssl rand -hex 32 > \(path))
            then, under the project in the configuration:  webhook_secret: { file: \(path) }
            """
    }

    private struct Finding {
        let state: WebhookStatus.State
        var reason: String?
        var remedy: String?
    }

    private static func finding(_ facts: WebhookFacts, _ now: Timestamp) -> Finding {
        guard facts.hasSecret else {
            return Finding(
                state: .notConfigured, reason: "no webhook_secret: pushes are found by polling alone",
                remedy: secretRemedy(facts.project))
        }
        let silence = silence(facts, now)
        // Whatever else is known: deliveries come and are believed.
        let isHeard = facts.lastDeliveryAt != nil && silence == nil
        switch facts.listing {
        case .found(let hooks, _):
            guard let url = facts.url else { break }
            return byHost(facts, hooks, url, isHeard: isHeard, silence: silence)
        case .pending, .impossible, .failed: break
        }
        if let silence { return silence }
        if isHeard { return Finding(state: .active) }
        if facts.url == nil {
            return Finding(
                state: .unverified, reason: "public_url is not set, so nobody knows where the host should send",
                remedy: "set public_url in the configuration to the address that the host can reach")
        }
        return unverified(facts)
    }

    private static func unverified(_ facts: WebhookFacts) -> Finding {
        switch facts.listing {
        case .failed(let message, let hint, _): Finding(state: .unverified, reason: message, remedy: hint)
        case .impossible(let reason):
            Finding(
                state: .unverified, reason: reason,
                remedy: facts.host == nil
                    ? "under the project in the configuration, set  host: \(kinds)   and restart the daemon"
                    : "push something and see a delivery arrive, or give the project an api.token that may read webhooks"
            )
        case .pending, .found:
            Finding(state: .unverified, reason: "nobody has been asked yet, and no delivery has come")
        }
    }

    private static let kinds = GitHostKind.allCases.map(\.rawValue).joined(separator: "|")

    /// What follows from the host's own list.
    private static func byHost(
        _ facts: WebhookFacts, _ hooks: [HostHook], _ url: String, isHeard: Bool, silence: Finding?
    ) -> Finding {
        let repair = "slipway project hooks \(facts.project) --repair"
        let ours = hooks.filter { $0.sends(to: url) }
        let troubles = ours.map { problems(of: $0, facts.host) }
        if let least = troubles.min(by: { $0.count < $1.count }) {
            if !least.isEmpty {
                return Finding(state: .misconfigured, reason: least.joined(separator: "; "), remedy: repair)
            }
            return silence ?? Finding(state: .active)
        }
        // A hook of the organisation, an app or a script is not in the repository's list.
        if isHeard { return Finding(state: .active) }
        let suffix = "/hooks/\(facts.project)"
        if let other = hooks.first(where: { $0.url.hasSuffix(suffix) || $0.url.hasSuffix(suffix + "/") }) {
            return Finding(
                state: .misconfigured, reason: "it sends to \(printable(other.url.utf8)), not to \(url)", remedy: repair
            )
        }
        return silence
            ?? Finding(
                state: .notConfigured, reason: "\(facts.host?.title ?? "the host") has no hook that sends to \(url)",
                remedy: repair)
    }

    /// What is wrong with a hook that sends to the right address.
    private static func problems(of hook: HostHook, _ host: GitHostKind?) -> [String] {
        var problems: [String] = []
        if !hook.isActive { problems.append("it is switched off") }
        if let suspension = hook.suspension { problems.append(suspension) }
        let missing = host?.hooks.missingEvents(of: hook) ?? []
        if !missing.isEmpty { problems.append("missing events: \(missing.joined(separator: ", "))") }
        if hook.hasSecret == false { problems.append("it has no secret") }
        if let type = hook.contentType, type != "json", type != "form" {
            problems.append("its content type is \(printable(type.utf8))")
        }
        if let filter = hook.branchFilter {
            problems.append("it tells only of branches like \(printable(filter.utf8))")
        }
        return problems
    }

    /// That Git moved without a delivery for longer than one may be late; nil when it did not.
    private static func silence(_ facts: WebhookFacts, _ now: Timestamp) -> Finding? {
        guard let since = facts.silentSince, now.since(since) >= grace else { return nil }
        if let refusal = facts.refusal, refusal.at.since(since) >= .zero - grace {
            return Finding(
                state: .misconfigured, reason: "deliveries are refused: \(refusal.reason)",
                remedy: "slipway project hooks \(facts.project) --repair   gives the host the project's secret")
        }
        return Finding(
            state: .silent, reason: "Git moved, and no delivery came",
            remedy: "look at the host's list of recent deliveries; can it reach \(facts.url ?? "the daemon")?")
    }

    /// One number is enough.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        return switch seconds {
        case ..<7200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }
}
