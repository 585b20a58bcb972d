/// Webhooks of GitHub: docs.github.com/rest/repos/webhooks.
package enum GitHubHooks: HookAPI {
    package static let neededEvents = ["push", "pull_request", "issue_comment"]
    package static let wantedEvents = ["delete", "issue_comment", "pull_request", "push", "repository"]
    private static let permission = "webhooks: read and write"

    package static func hooks(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/hooks", query: [("per_page", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list the webhooks", permission: "webhooks: read")
    }

    package static func hook(_ value: JSONValue) -> HostHook? {
        guard let id = value["id"]?.integer, let config = value["config"], let url = config["url"]?.string
        else { return nil }
        return HostHook(
            id: "\(id)", url: url, isActive: value["active"]?.bool ?? true,
            events: Set(value["events"]?.elements.compactMap(\.string) ?? []),
            contentType: config["content_type"]?.string,
            hasSecret: config["secret"]?.string.map { !$0.isEmpty } ?? false
        )
    }

    package static func create(_ wish: HookWish, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/repos/\(repository.pathName)/hooks",
            body: .object([
                "name": "web", "active": true, "events": .list(wantedEvents.map { .text($0) }), "config": config(wish),
            ]), purpose: "make a webhook", permission: permission)
    }

    package static func change(_ hook: HostHook, to wish: HookWish, in repository: HostRepository) -> HostCall? {
        HostCall(
            "PATCH", "/repos/\(repository.pathName)/hooks/\(HostCall.encoded(hook.id))",
            body: .object(["active": true, "events": events(of: hook), "config": config(wish)]),
            purpose: "change the webhook", permission: permission)
    }

    package static func remove(_ hook: HostHook, in repository: HostRepository) -> HostCall {
        HostCall(
            "DELETE", "/repos/\(repository.pathName)/hooks/\(HostCall.encoded(hook.id))",
            purpose: "remove a webhook", permission: permission, tolerated: [404])
    }

    private static func config(_ wish: HookWish) -> JSONBody {
        .object([
            "url": .text(wish.url), "content_type": "json", "insecure_ssl": "0", "secret": .secret(wish.secret),
        ])
    }
}
