import FoundationEssentials
import HTTPClient
import Model

extension Doctor {
    /// What a daemon that runs says of webhooks.
    func webhooks(_ client: SocketClient) -> [Finding] {
        guard let answer = client.ask("GET", APIPath.hooks.text, timeout: .seconds(10)),
            let hooks = try? JSONDecoder().decode([WebhookStatus].self, from: Data(answer.body))
        else { return [] }
        return hooks.map(Self.finding)
    }

    /// What follows from how it stands with one webhook.
    static func finding(_ hook: WebhookStatus) -> Finding {
        switch hook.state {
        case .active: .ok("webhook \(hook.project)", hook.summary)
        case .notConfigured, .misconfigured, .silent, .unverified:
            .warning("webhook \(hook.project)", hook.summary, hook.remedy)
        }
    }
}
