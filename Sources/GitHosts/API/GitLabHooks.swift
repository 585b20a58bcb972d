/// Webhooks of GitLab: docs.gitlab.com/api/project_webhooks.
package enum GitLabHooks: HookAPI {
    package static let neededEvents = ["push_events", "tag_push_events", "merge_requests_events", "note_events"]
    package static let wantedEvents = neededEvents
    private static let permission = "scope api, role Maintainer"

    package static func hooks(page: Int, in repository: HostRepository) -> HostCall {
        HostCall(
            "GET", "/projects/\(repository.encodedName)/hooks",
            query: [("per_page", "\(pageSize)"), ("page", "\(page)")], purpose: "list the webhooks",
            permission: permission)
    }

    package static func hook(_ value: JSONValue) -> HostHook? {
        guard let id = value["id"]?.integer, let url = value["url"]?.string else { return nil }
        let events = value.memberNames?.filter { $0.hasSuffix("_events") && value[$0]?.bool == true } ?? []
        let suspension: String? =
            switch value["alert_status"]?.string {
            case "disabled": "GitLab has switched it off after too many failures"
            case "temporarily_disabled": "GitLab sends nothing until \(value["disabled_until"]?.string ?? "later")"
            default: nil
            }
        // Older versions do not say whether there is a token.
        let hasToken = value["token_present"]?.bool
        let hasKey = value["signing_token_present"]?.bool
        return HostHook(
            id: "\(id)", url: url, events: Set(events),
            hasSecret: hasToken == nil && hasKey == nil ? nil : hasToken == true || hasKey == true,
            suspension: suspension,
            branchFilter: value["push_events_branch_filter"]?.string.flatMap { $0.isEmpty ? nil : $0 })
    }

    package static func create(_ wish: HookWish, in repository: HostRepository) -> HostCall {
        HostCall(
            "POST", "/projects/\(repository.encodedName)/hooks", body: body(wish), purpose: "make a webhook",
            permission: permission)
    }

    package static func change(_ hook: HostHook, to wish: HookWish, in repository: HostRepository) -> HostCall? {
        HostCall(
            "PUT", "/projects/\(repository.encodedName)/hooks/\(HostCall.encoded(hook.id))", body: body(wish),
            purpose: "change the webhook", permission: permission)
    }

    package static func remove(_ hook: HostHook, in repository: HostRepository) -> HostCall {
        HostCall(
            "DELETE", "/projects/\(repository.encodedName)/hooks/\(HostCall.encoded(hook.id))",
            purpose: "remove a webhook", permission: permission, tolerated: [404])
    }

    private static func body(_ wish: HookWish) -> JSONBody {
        var members: [String: JSONBody?] = [
            "url": .text(wish.url), "enable_ssl_verification": true, "push_events_branch_filter": "",
        ]
        for event in wantedEvents { members[event] = true }
        members[StandardWebhooks.isKey(wish.secret) ? "signing_token" : "token"] = .secret(wish.secret)
        return .object(members)
    }
}
