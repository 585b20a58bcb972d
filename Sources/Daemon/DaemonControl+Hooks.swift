import Config
import GitHosts
import Lifecycle
package import Model
import Store

/// The webhooks of projects: how they stand, and how they are mended.
extension DaemonControl {
    package func webhooks() async -> [WebhookStatus] {
        configuration.projects.map { webhook(of: $0) }.sorted { $0.project < $1.project }
    }

    package func webhook(of project: ProjectName) async throws(RequestProblem) -> WebhookStatus {
        webhook(of: try configured(project))
    }

    /// How it stands with the webhook of a configured project.
    func webhook(of project: Configuration.Project) -> WebhookStatus {
        let entry = parts.hooks.entry(of: project.name)
        var facts = WebhookFacts(project: project.name, host: project.host, url: hookURL(of: project.name))
        facts.hasSecret = !project.webhookSecrets.isEmpty
        facts.listing = links[project.name] == nil ? .impossible(Self.nobodyToAsk(project)) : entry.listing
        facts.lastDeliveryAt = entry.lastDeliveryAt
        facts.refusal = entry.refusal
        facts.silentSince = entry.silentSince
        return WebhookJudgement.status(of: facts, now: parts.now())
    }

    private static func nobodyToAsk(_ project: Configuration.Project) -> String {
        project.host == nil
            ? "nothing says what kind of host the repository is on, and no delivery has come yet"
            : "the project has no credential for its host's API, and no delivery has come yet"
    }

    private func hookURL(of project: ProjectName) -> String? {
        configuration.publicURL.map { "\($0)/hooks/\(project)" }
    }

    private func configured(_ project: ProjectName) throws(RequestProblem) -> Configuration.Project {
        if let found = settings[project] { return found }
        let known = settings.keys.sorted().map(\.rawValue).joined(separator: ", ")
        throw .notFound(
            "the configuration names no project '\(project)'" + (known.isEmpty ? "" : "; it names: \(known)"))
    }

    package func repairWebhook(of name: ProjectName) async throws(RequestProblem) -> WebhookStatus {
        let project = try configured(name)
        // The newest of two: it is the one that stays.
        guard let source = project.webhookSecrets.last else {
            throw .conflict(
                "project '\(name)' has no webhook_secret; make one:\n\(WebhookJudgement.secretRemedy(name))")
        }
        guard let url = hookURL(of: name) else {
            throw .conflict("public_url is not set, so nobody knows where the host should send: set it, and restart")
        }
        guard let link = links[name] else {
            throw .conflict(
                "the API of the host of '\(name)' cannot be called: set 'host', and give the project a token that may "
                    + "write webhooks (credential.token, or api.token), or make the hook by hand: it sends to \(url)")
        }
        let secret: Secret<String>
        do throws(ConfigError) {
            secret = try secrets.load(source)
        } catch {
            throw .conflict("the webhook secret of '\(name)' cannot be read: \(error)")
        }
        guard parts.hooks.beginRepair(of: name) else {
            throw .conflict("the webhook of '\(name)' is being repaired already")
        }
        defer { parts.hooks.endRepair(of: name) }
        do throws(StageFailure) {
            let repair = try await link.client.repairHook(HookWish(url: url, secret: secret))
            await tell(of: repair, link, url)
            parts.hooks.take(await link.hookListing(), of: name)
        } catch {
            throw Self.problem(error)
        }
        parts.changes.notify()
        return webhook(of: project)
    }

    private func tell(of repair: HookRepair, _ link: HostLink, _ url: String) async {
        let what =
            switch repair {
            case .created: "was made"
            case .mended: "was mended"
            case .replaced: "was made anew"
            }
        await parts.tell([
            NewEvent(
                at: parts.now(), project: link.project, environment: nil, kind: "project.hook",
                message: "the webhook on \(link.client.repository.kind.title) \(what): it sends to \(url)")
        ])
    }

    private static func problem(_ failure: StageFailure) -> RequestProblem {
        let text = failure.message + (failure.hint.map { "; \($0)" } ?? "")
        return failure.reason == .hostUnauthorised
            ? RequestProblem(status: 403, title: "the host refused", detail: text)
            : RequestProblem(status: 502, title: "the host did not do it", detail: text)
    }
}
