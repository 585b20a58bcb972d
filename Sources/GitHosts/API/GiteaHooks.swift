/// Webhooks of Gitea: docs.gitea.com/api, "repository".
package enum GiteaHooks: GiteaLikeHooks { package static let type = "gitea" }

/// Webhooks of Forgejo: forgejo.org/docs, "API".
package enum ForgejoHooks: GiteaLikeHooks { package static let type = "forgejo" }

/// What both accept; they differ in what a hook of their own type is called.
package protocol GiteaLikeHooks: HookAPI {
    /// `gitea` or `forgejo`.
    static var type: String { get }
}

extension GiteaLikeHooks {
    package static var neededEvents: [String] { ["push", "delete", "pull_request", "pull_request_comment"] }
    /// `pull_request` stands for everything about pull requests when a hook is made.
    package static var wantedEvents: [String] { ["create", "delete", "pull_request", "push", "repository"] }

    package static func hooks(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repos/\(repository.pathName)/hooks", query: [("limit", "\(pageSize)"), ("page", "\(page)")],
            purpose: "list the webhooks", permission: "repository: read and write, of an administrator of it")
    }

    package static func hook(_ value: JSONValue) -> HostHook? {
        guard let id = value["id"]?.integer, let url = value["config"]?["url"]?.string else { return nil }
        return HostHook(
            id: "\(id)", url: url, isActive: value["active"]?.bool ?? true,
            events: Set(value["events"]?.elements.compactMap(\.string) ?? []),
            contentType: value["config"]?["content_type"]?.string,
            branchFilter: value["branch_filter"]?.string.flatMap { $0.isEmpty || $0 == "*" ? nil : $0 })
    }

    package static func create(_ wish: HookWish, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/repos/\(repository.pathName)/hooks",
            body: .object([
                "type": .text(type), "active": true, "events": .list(wantedEvents.map { .text($0) }),
                "config": .object([
                    "url": .text(wish.url), "content_type": "json", "secret": .secret(wish.secret),
                ]),
            ]), purpose: "make a webhook", permission: "repository: read and write, of an administrator of it")
    }

    /// Changing a hook leaves its secret as it is, whatever is sent (routers/api/v1/utils/hook.go, editHook).
    package static func change(_ hook: HostHook, to wish: HookWish, in repository: HostRepository) -> HostCall? { nil }

    package static func remove(_ hook: HostHook, in repository: HostRepository) -> HostCall {
        HostCall(
            "DELETE", "/repos/\(repository.pathName)/hooks/\(HostCall.encoded(hook.id))",
            purpose: "remove a webhook", permission: "repository: read and write, of an administrator of it",
            tolerated: [404])
    }
}
