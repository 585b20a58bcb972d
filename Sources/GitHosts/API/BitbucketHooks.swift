/// Webhooks of Bitbucket Cloud: developer.atlassian.com "Bitbucket Cloud REST API", "Webhooks".
package enum BitbucketHooks: HookAPI {
    package static let neededEvents = [
        "repo:push", "pullrequest:created", "pullrequest:updated", "pullrequest:fulfilled", "pullrequest:rejected",
        "pullrequest:comment_created",
    ]
    package static let wantedEvents = neededEvents
    private static let permission = "webhooks: read and write"

    package static func hooks(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/repositories/\(repository.pathName)/hooks",
            query: [("pagelen", "\(pageSize)"), ("page", "\(page)")], purpose: "list the webhooks",
            permission: "webhooks: read")
    }

    package static func hook(_ value: JSONValue) -> HostHook? {
        guard let id = value["uuid"]?.string, let url = value["url"]?.string else { return nil }
        return HostHook(
            id: id, url: url, isActive: value["active"]?.bool ?? true,
            events: Set(value["events"]?.elements.compactMap(\.string) ?? []), hasSecret: value["secret_set"]?.bool)
    }

    package static func create(_ wish: HookWish, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/repositories/\(repository.pathName)/hooks",
            body: body(wish, .list(wantedEvents.map { .text($0) })),
            purpose: "make a webhook", permission: permission)
    }

    package static func change(_ hook: HostHook, to wish: HookWish, in repository: HostRepository) -> HostCall? {
        HostCall(
            "PUT", "/repositories/\(repository.pathName)/hooks/\(HostCall.encoded(hook.id))",
            body: body(wish, events(of: hook)), purpose: "change the webhook", permission: permission)
    }

    package static func remove(_ hook: HostHook, in repository: HostRepository) -> HostCall {
        HostCall(
            "DELETE", "/repositories/\(repository.pathName)/hooks/\(HostCall.encoded(hook.id))",
            purpose: "remove a webhook", permission: permission, tolerated: [404])
    }

    private static func body(_ wish: HookWish, _ events: JSONBody) -> JSONBody {
        .object([
            "description": "Slipway", "url": .text(wish.url), "active": true, "secret": .secret(wish.secret),
            "events": events,
        ])
    }
}
